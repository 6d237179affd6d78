// A file -> the folder of the project that it belongs to.

import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";

const TABLE = /^\s*(?:\[\s*)?tool\s*\.\s*["']?sqlgen["']?\s*[\].=]/m;
const INLINE = /^\s*\[\s*tool\s*\]\s*$[^[]*^\s*["']?sqlgen["']?\s*[.=]/m;

/**
 * Returns the folder of the project that a file belongs to: the outermost one with `[tool.sqlgen]` within the workspace's
 * `folder`, since one server knows all projects below it; else the nearest one above.
 */
export function projectOf(file: string, folder: string | undefined): string | undefined {
  const above = foldersAbove(file).filter(isProject);
  const inside = above.filter((place) => folder !== undefined && isWithin(place, folder));
  return inside.at(-1) ?? above[0];
}

/** Returns the folders above a file, the nearest one first. */
export function foldersAbove(file: string): string[] {
  const folders: string[] = [];
  for (let place = path.dirname(file); place !== folders.at(-1); place = path.dirname(place)) {
    folders.push(place);
  }
  return folders;
}

function isProject(folder: string): boolean {
  return ["pyproject.toml", "sqlgen.toml"].some((name) => {
    try {
      const text = readFileSync(path.join(folder, name), "utf8");
      return TABLE.test(text) || INLINE.test(text);
    } catch {
      return false; // there is no such file, or it cannot be read
    }
  });
}

function isWithin(place: string, folder: string): boolean {
  const inside = path.relative(folder, place);
  return inside !== ".." && !inside.startsWith(`..${path.sep}`) && !path.isAbsolute(inside);
}

/** Returns the first of the paths at which there is a file. */
export function firstFile(candidates: readonly string[]): string | undefined {
  return candidates.find((candidate) => existsSync(candidate));
}

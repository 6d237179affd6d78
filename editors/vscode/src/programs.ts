// A project -> the command that starts its server.

import * as path from "node:path";
import * as vscode from "vscode";
import { firstFile, foldersAbove } from "./projects";

const BIN = process.platform === "win32" ? "Scripts" : "bin";
const NAMES = process.platform === "win32" ? ["sqlgen.exe", "sqlgen.cmd", "sqlgen"] : ["sqlgen"];

/** What starts a server; `looked` says where `program` was looked for, if it was not found. */
export interface Command {
  program: string | undefined;
  args: string[];
  looked: string;
}

/** The part of the API of Microsoft's extension for Python that tells the interpreter which somebody has chosen. */
interface PythonApi {
  ready?: Promise<void>;
  environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string } | undefined;
    onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** Returns the command of the settings; else `sqlgen` of the chosen interpreter, a virtual environment, or the `PATH`. */
export async function commandOf(project: string): Promise<Command> {
  const settings = vscode.workspace.getConfiguration("sqlgen", vscode.Uri.file(project));
  const [own, ...args] = settings
    .get<string[]>("command", [])
    .map((word) => word.replaceAll("${workspaceFolder}", project));
  if (own) {
    const found = /[\\/]/.test(own) ? firstFile([path.resolve(project, own)]) : onPath([own, `${own}.exe`]);
    return { program: found, args, looked: `\`${own}\` of the setting \`sqlgen.command\`` };
  }
  const chosen = await chosenEnvironment(project);
  const environments = foldersAbove(path.join(project, "file")).flatMap((folder) =>
    [".venv", "venv"].map((name) => path.join(folder, name)),
  );
  const program =
    firstFile([
      ...inEnvironment(chosen),
      ...environments.flatMap((environment) => inEnvironment(path.join(environment, BIN))),
    ]) ?? onPath(NAMES);
  const interpreter = chosen ? `\`${chosen}\`, ` : "";
  return { program, args: ["lsp"], looked: `\`sqlgen\` in ${interpreter}\`.venv\` or \`venv\`, or on the \`PATH\`` };
}

/** Calls back whenever another interpreter is chosen in Microsoft's extension for Python. */
export async function onInterpreterChange(changed: () => void): Promise<vscode.Disposable | undefined> {
  return (await pythonApi())?.environments?.onDidChangeActiveEnvironmentPath(changed);
}

async function chosenEnvironment(project: string): Promise<string | undefined> {
  const place = (await pythonApi())?.environments?.getActiveEnvironmentPath(vscode.Uri.file(project))?.path;
  if (!place || !path.isAbsolute(place)) return undefined;
  // It is a program or the folder of an environment.
  return /^python[\d.]*(\.exe)?$/i.test(path.basename(place)) ? path.dirname(place) : path.join(place, BIN);
}

async function pythonApi(): Promise<PythonApi | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi>("ms-python.python");
  try {
    const api = await extension?.activate();
    await api?.ready;
    return api;
  } catch {
    return undefined; // that extension's own trouble is shown by it
  }
}

function inEnvironment(folder: string | undefined): string[] {
  return folder ? NAMES.map((name) => path.join(folder, name)) : [];
}

function onPath(names: readonly string[]): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter).filter(Boolean);
  return firstFile(folders.flatMap((folder) => names.map((name) => path.join(folder, name))));
}

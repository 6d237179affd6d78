// Starts `sqlgen lsp` for the query files, migrations and generated Python files of the workspace.

import { existsSync } from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";

const PROGRAMS = [".venv/bin/sqlgen", "venv/bin/sqlgen"];

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("sqlgen.restart", restart),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("sqlgen.command")) await restart();
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function restart(): Promise<void> {
  await deactivate();
  await start();
}

async function start(): Promise<void> {
  const [program, ...args] = command();
  const starting = new LanguageClient(
    "sqlgen",
    "sqlgen",
    { command: program, args, transport: TransportKind.stdio },
    {
      // Of Python files, the server answers for those that it has generated; it reads calls of queries in the others.
      documentSelector: [
        { scheme: "file", language: "sql" },
        { scheme: "file", language: "python" },
      ],
    },
  );
  try {
    await starting.start();
    client = starting;
  } catch {
    const answer = await vscode.window.showErrorMessage(
      `sqlgen: \`${program}\` cannot be started. Install sqlgen-postgres in the project, or set \`sqlgen.command\`.`,
      "Open the settings",
    );
    if (answer) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "sqlgen.command");
    }
  }
}

/** Returns the command of the settings, or that of the first folder which has sqlgen installed. */
function command(): [string, ...string[]] {
  const [program, ...args] = vscode.workspace.getConfiguration("sqlgen").get<string[]>("command", []);
  if (program) return [program, ...args];
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    for (const name of PROGRAMS) {
      const place = path.join(folder.uri.fsPath, name);
      if (existsSync(place)) return [place, "lsp"];
    }
  }
  return ["sqlgen", "lsp"];
}

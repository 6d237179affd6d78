// Starts `sqlgen lsp` for each project of which SQL or Python files are open, with the project's own sqlgen.

import * as vscode from "vscode";
import type { Location } from "vscode-languageclient";
import { onInterpreterChange } from "./programs";
import { projectOf } from "./projects";
import { Server } from "./server";

const LANGUAGES = ["sql", "postgres", "pgsql", "python"].map((language) => ({ language }));
const SETTINGS = "**/{pyproject,sqlgen}.toml";

const servers = new Map<string, Server>();

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("sqlgen");
  const status = vscode.languages.createLanguageStatusItem("sqlgen.status", LANGUAGES);
  status.name = "sqlgen";
  status.command = { command: "sqlgen.showOutput", title: "Show the output" };

  let shown: string | undefined;
  const show = (): void => {
    const document = vscode.window.activeTextEditor?.document;
    // The output is a text editor too.
    if (document?.uri.scheme === "file") shown = projectOfDocument(document);
    const server = servers.get(shown ?? "");
    status.text = server ? `sqlgen ${server.status}` : "sqlgen: this file belongs to no project";
    status.detail = server?.project;
    status.severity = server?.isWrong
      ? vscode.LanguageStatusSeverity.Error
      : vscode.LanguageStatusSeverity.Information;
  };
  const open = (document: vscode.TextDocument): void => {
    const project = projectOfDocument(document);
    if (project === undefined || servers.has(project)) return;
    const server = new Server(project, output, show);
    servers.set(project, server);
    void server.start();
  };
  const openAll = (): void => {
    vscode.workspace.textDocuments.forEach(open);
    show();
  };
  const restart = async (): Promise<void> => {
    await stopAll();
    openAll();
  };

  const watcher = vscode.workspace.createFileSystemWatcher(SETTINGS, false, false, true);
  context.subscriptions.push(
    output,
    status,
    watcher,
    watcher.onDidCreate(openAll),
    watcher.onDidChange(openAll),
    vscode.commands.registerCommand("sqlgen.restart", restart),
    vscode.commands.registerCommand("sqlgen.showOutput", () => output.show()),
    vscode.commands.registerCommand("sqlgen.open", openPlace),
    vscode.workspace.onDidOpenTextDocument(open),
    vscode.window.onDidChangeActiveTextEditor(show),
    vscode.workspace.onDidChangeWorkspaceFolders(restart),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("sqlgen.command")) await restart();
    }),
  );
  openAll();
  const interpreter = await onInterpreterChange(() => void restart());
  if (interpreter) context.subscriptions.push(interpreter);
}

export async function deactivate(): Promise<void> {
  await stopAll();
}

/** Opens a place that a code lens of a generated file leads to. */
async function openPlace({ uri, range }: Location): Promise<void> {
  const { start, end } = range;
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  await vscode.window.showTextDocument(vscode.Uri.parse(uri), { selection });
}

async function stopAll(): Promise<void> {
  const running = [...servers.values()];
  servers.clear();
  await Promise.all(running.map((server) => server.stop()));
}

function projectOfDocument(document: vscode.TextDocument): string | undefined {
  const isSource = document.fileName.endsWith(".sql") || document.languageId === "python";
  if (document.uri.scheme !== "file" || !isSource) return undefined;
  return projectOf(document.fileName, vscode.workspace.getWorkspaceFolder(document.uri)?.uri.fsPath);
}

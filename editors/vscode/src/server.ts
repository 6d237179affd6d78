// A project's server, and what the editor is told of it.

import * as vscode from "vscode";
import { CloseAction, ErrorAction, type ErrorHandler, State } from "vscode-languageclient";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import { type Command, commandOf } from "./programs";

const AGAIN = "Try again";
const OUTPUT = "Show the output";
const SETTINGS = "Open the settings";

/**
 * A client of one of several servers. What it has to say of the connection goes to the output alone: `Server` tells of
 * trouble once, with what to do.
 */
class ProjectClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  override registerFeature(feature: Parameters<LanguageClient["registerFeature"]>[0]): void {
    // It would register the servers' command once for each of them, which fails. `extension.ts` has it.
    if ("registrationType" in feature && feature.registrationType.method === "workspace/executeCommand") return;
    super.registerFeature(feature);
  }
}

export class Server {
  /** What its status says, and whether that is an error. */
  status = "is starting";
  isWrong = false;
  private client: ProjectClient | undefined;
  private isStopped = false;

  constructor(
    readonly project: string,
    private readonly output: vscode.OutputChannel,
    private readonly changed: () => void,
  ) {}

  async start(): Promise<void> {
    const command = await commandOf(this.project);
    if (this.isStopped) return;
    if (command.program === undefined) {
      this.output.appendLine(`${this.project}: there is no ${command.looked}`);
      this.tell("is not installed", true);
      await this.ask(
        `sqlgen is not installed for ${this.project}: there is no ${command.looked}. ` +
          "Install `sqlgen-postgres` there, or choose another `sqlgen.command`.",
        SETTINGS,
      );
      return;
    }
    const line = [command.program, ...command.args].join(" ");
    this.output.appendLine(`${this.project}: starting \`${line}\``);
    this.tell("is starting", false);
    this.client = this.made(command.program, command);
    this.client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) this.tell(`runs as \`${line}\``, false);
      if (newState === State.Starting) this.tell("is starting", false);
    });
    try {
      await this.client.start();
    } catch {
      await this.failed(`could not be started by \`${line}\``);
    }
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    const client = this.client;
    this.client = undefined;
    // One that never started cannot be stopped.
    if (client?.state === State.Running) await client.stop();
    else await client?.dispose().catch(() => undefined);
  }

  private made(program: string, { args }: Command): ProjectClient {
    const uri = vscode.Uri.file(this.project);
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    const own = { uri, name: folder?.name ?? this.project, index: folder?.index ?? 0 };
    const inside = `${literalGlob(this.project)}/**/*`;
    const client: ProjectClient = new ProjectClient(
      "sqlgen",
      "sqlgen",
      { command: program, args, transport: TransportKind.stdio, options: { cwd: this.project } },
      {
        // Of Python files, the server answers for those that it has generated; it reads calls of queries in the others.
        documentSelector: [
          { scheme: "file", pattern: `${inside}.sql` },
          { scheme: "file", language: "python", pattern: inside },
        ],
        workspaceFolder: own,
        outputChannel: this.output,
        errorHandler: this.errorHandler((): LanguageClient => client),
        initializationFailedHandler: () => false, // `failed` tells of it, once
      },
    );
    return client;
  }

  /** Returns what the client does when the connection breaks: as it does by itself, once the server has run. */
  private errorHandler(client: () => LanguageClient): ErrorHandler {
    let usual: ErrorHandler | undefined;
    let hasRun = false;
    const handler = (): ErrorHandler => (usual ??= client().createDefaultErrorHandler());
    return {
      error: () => ({ action: ErrorAction.Continue, handled: true }), // what follows is `closed`
      closed: async () => {
        hasRun ||= client().state === State.Running;
        if (!hasRun || this.isStopped) return { action: CloseAction.DoNotRestart, handled: true };
        const result = await handler().closed();
        if (result.action === CloseAction.DoNotRestart) {
          await this.failed("has ended five times in three minutes");
          return { ...result, handled: true };
        }
        return result;
      },
    };
  }

  private async failed(what: string): Promise<void> {
    if (this.isStopped) return;
    this.tell(what, true);
    await this.ask(`sqlgen ${what}. The output tells why.`, OUTPUT);
  }

  private tell(status: string, isWrong: boolean): void {
    if (this.isStopped) return;
    this.status = status;
    this.isWrong = isWrong;
    this.changed();
  }

  private async ask(message: string, further: string): Promise<void> {
    const answer = await vscode.window.showErrorMessage(message, AGAIN, further);
    if (answer === AGAIN) await vscode.commands.executeCommand("sqlgen.restart");
    if (answer === OUTPUT) this.output.show();
    if (answer === SETTINGS) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "sqlgen.command");
    }
  }
}

/** Returns a path as a glob that means it alone. */
function literalGlob(place: string): string {
  return place.replaceAll("\\", "/").replace(/[[\]{}*?]/g, "[$&]");
}

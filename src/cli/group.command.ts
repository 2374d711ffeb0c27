import { CommandRunner } from 'nest-commander';

/** A command of which only the subcommands do something: without one it shows its help. */
export abstract class GroupCommand extends CommandRunner {
  run([unknown]: string[]): Promise<void> {
    if (unknown !== undefined) this.command.error(`error: unknown command '${unknown}'`);
    this.command.help({ error: true });
  }
}

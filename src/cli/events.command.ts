import { once } from 'node:events';
import { Command, Help, Option, SubCommand } from 'nest-commander';
import { ApiCommand, type ApiOptions, ledgerPath } from './api.command.js';
import { call } from './client.js';
import { EventsRepublishCommand } from './events-republish.command.js';
import { GroupCommand } from './group.command.js';

interface TailOptions extends ApiOptions {
  after?: string;
  follow?: boolean;
}

const WAIT_SECONDS = 30;

@SubCommand({
  name: 'tail',
  description: 'A ledger\'s events in order, a line each: {"cursor":…,"event":…}',
})
export class EventsTailCommand extends ApiCommand {
  async run(_: string[], options: TailOptions): Promise<void> {
    const service = this.service(options);
    const query = new URLSearchParams(options.follow ? { wait: String(WAIT_SECONDS) } : {});
    if (options.after !== undefined) query.set('after', options.after);
    // Who follows outlasts a restart of the service, once there was one.
    for (let tries: number | undefined; ; tries = options.follow ? Number.POSITIVE_INFINITY : undefined) {
      const path = `${ledgerPath(service)}/events?${query}`;
      const accept = 'application/x-ndjson';
      const { text, nextCursor } = await call(service, { method: 'GET', path, accept }, tries);
      if (text === '' && !options.follow) return;
      if (!process.stdout.write(text)) await once(process.stdout, 'drain');
      const after = nextCursor ?? cursorOfLast(text);
      if (after) query.set('after', after);
    }
  }

  @Option({ flags: '--after <cursor>', description: 'only what comes after the line with this cursor' })
  after(value: string): string {
    return value;
  }

  @Option({ flags: '--follow', description: 'wait for what is recorded next, until interrupted' })
  follow(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Example:
  counterfoil events tail --follow
  counterfoil events tail --after "$CURSOR" > events.jsonl

Exit status: 0 all shown, 1 refused, 2 wrong usage or service unreachable.`;
  }
}

@Command({
  name: 'events',
  description: 'The events, without Kafka',
  subCommands: [EventsTailCommand, EventsRepublishCommand],
})
export class EventsCommand extends GroupCommand {
  @Help('after')
  examples(): string {
    return `
Example:
  counterfoil events tail`;
  }
}

/** For the CLI's module. */
export const eventsProviders = [EventsCommand, EventsTailCommand, EventsRepublishCommand];

function cursorOfLast(text: string): string | undefined {
  const last = text.slice(text.lastIndexOf('\n', text.length - 2) + 1);
  return last === '' ? undefined : (JSON.parse(last) as { cursor: string }).cursor;
}

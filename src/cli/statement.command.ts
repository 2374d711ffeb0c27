import { Command, Help, Option } from 'nest-commander';
import { parseTime } from '../ledger/rules/time.js';
import { ApiCommand, type ApiOptions, ledgerPath, UsageError } from './api.command.js';
import { call, type Service } from './client.js';
import type { StatementPage } from './statement.js';

interface StatementOptions extends ApiOptions {
  from?: string;
  to?: string;
  recordedAt?: string;
  consistency?: string;
  json?: boolean;
  csv?: boolean;
  html?: boolean;
}

@Command({
  name: 'statement',
  arguments: '<account>',
  argsDescription: { account: "the account's id" },
  description: "An account's lines between its opening and closing balance, by effective time",
})
export class StatementCommand extends ApiCommand {
  async run([account]: string[], options: StatementOptions): Promise<void> {
    const formats = (['json', 'csv', 'html'] as const).filter((format) => options[format]);
    if (formats.length > 1) throw new UsageError(`--${formats.join(' and --')} exclude each other`);
    const { from, to } = options;
    if (from && to && from > to) throw new UsageError('--from is after --to');
    const service = this.service(options);
    const path = `${ledgerPath(service)}/accounts/${encodeURIComponent(account!)}/statement`;
    const query = queryOf(options);
    if (options.csv) {
      for await (const text of csvOf(service, path, query)) process.stdout.write(text);
      return;
    }
    if (options.html) {
      // Whole or not at all: half a page is worth nothing.
      const { text } = await call(service, { method: 'GET', path: `${path}?${query}`, accept: 'text/html' });
      process.stdout.write(text);
      return;
    }
    let whole: StatementPage | undefined;
    for await (const page of pagesOf(service, path, query)) {
      if (options.json) process.stdout.write(`${JSON.stringify(page)}\n`);
      else if (whole) whole.lines.push(...page.lines);
      else whole = page;
    }
    if (!whole) return;
    const { statementTable } = await import('./statement.js');
    process.stdout.write(`${statementTable(whole)}\n`);
  }

  @Option({ flags: '--from <time>', description: 'from this day or RFC 3339 time on' })
  from(value: string): string {
    return timeOf('--from', value);
  }

  @Option({ flags: '--to <time>', description: 'until before this day or RFC 3339 time' })
  to(value: string): string {
    return timeOf('--to', value);
  }

  @Option({
    flags: '--recorded-at <time>',
    description: 'what was recorded by this day or RFC 3339 time, and nothing that came later',
  })
  recordedAt(value: string): string {
    return timeOf('--recorded-at', value);
  }

  @Option({ flags: '--consistency <kind>', description: 'strong (the default) or eventual' })
  consistency(value: string): string {
    return value;
  }

  @Option({
    flags: '--json',
    description: 'as the API gives it (minor units): a page of up to 1,000 lines a line',
  })
  json(): boolean {
    return true;
  }

  @Option({ flags: '--csv', description: 'CSV, in decimals of the currency' })
  csv(): boolean {
    return true;
  }

  @Option({ flags: '--html', description: 'a page to print, in decimals of the currency' })
  html(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Example:
  counterfoil statement alice --from 2026-01-01 --to 2026-02-01
  counterfoil statement alice --csv > alice.csv
  counterfoil statement alice --html --from 2026-01-01 --to 2026-02-01 > alice.html

Exit status: 0 shown, 1 refused, 2 wrong usage or service unreachable.`;
  }
}

function queryOf({ from, to, recordedAt, consistency }: StatementOptions): URLSearchParams {
  const asked = { from, to, recorded_at: recordedAt, consistency };
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given as [string, string][]);
}

/** A bare day is its first moment in UTC; the API itself takes full times only. @throws UsageError */
function timeOf(option: string, value: string): string {
  const time = parseTime(/^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00Z` : value);
  if (time) return time;
  throw new UsageError(
    `${option} ${value}: takes a day (2026-01-31) or an RFC 3339 time (2026-01-31T08:30:00Z) of the years 1900 to 2199`,
  );
}

async function* pagesOf(
  service: Service,
  path: string,
  query: URLSearchParams,
): AsyncGenerator<StatementPage> {
  query.set('limit', '1000');
  for (;;) {
    const { text } = await call(service, { method: 'GET', path: `${path}?${query}` });
    const page = JSON.parse(text) as StatementPage;
    yield page;
    if (!page.next_cursor) return;
    query.set('cursor', page.next_cursor);
  }
}

/** Page by page, the header row once. */
async function* csvOf(service: Service, path: string, query: URLSearchParams): AsyncGenerator<string> {
  query.set('limit', '1000');
  for (let first = true; ; first = false) {
    const request = { method: 'GET', path: `${path}?${query}`, accept: 'text/csv' } as const;
    const { text, nextCursor } = await call(service, request);
    yield first ? text : text.slice(text.indexOf('\n') + 1);
    if (!nextCursor) return;
    query.set('cursor', nextCursor);
  }
}

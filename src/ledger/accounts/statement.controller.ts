import { Readable } from 'node:stream';
import { Controller, Get, Headers, Inject, Logger, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import Negotiator from 'negotiator';
import type pg from 'pg';
import { ref } from '../../platform/answers.js';
import { decodeCursor, encodeCursor, InvalidCursor, parts } from '../../platform/cursor.js';
import { Problems } from '../../platform/openapi.js';
import { READ_POOL } from '../../platform/postgres.js';
import { linesStatement } from '../../projections/lines/statement-source.js';
import { requireSettled } from '../point-in-time.js';
import { AccountPath } from './accounts.controller.js';
import { readAccount, readsLines } from './read-account.js';
import { csvStatement } from './statement.csv.js';
import { htmlStatement } from './statement.html.js';
import { StatementQuery } from './statement-query.js';
import { textOf } from './statement.text.js';
import * as statements from './statement.js';

const PAGE = 50;
/** How many lines at a time a whole statement is read by. */
const STRIDE = 1000;

const nextCursor = {
  'Next-Cursor': {
    description: 'With `limit` or `cursor` in CSV and HTML: the `cursor` of the next page, if there is one',
    schema: { type: 'string' as const },
  },
};

@ApiTags('Accounts')
@Controller('v1/ledgers/:ledger/accounts/:id/statement')
export class StatementController {
  private readonly log = new Logger('Statement');

  constructor(@Inject(READ_POOL) private readonly pool: pg.Pool) {}

  @Get()
  @ApiOperation({
    summary: 'Statement of posted amounts by effective time, oldest first: JSON, CSV, or a page to print',
    description:
      'CSV and HTML without `limit` and `cursor` are the whole range, streamed; an answer that breaks off is not ' +
      'complete. The first row is the opening balance, the last one the closing balance.',
  })
  @ApiOkResponse({
    headers: nextCursor,
    content: {
      'application/json': { schema: ref('Statement') },
      'text/csv': { schema: { type: 'string' } },
      'text/html': { schema: { type: 'string' } },
    },
  })
  @Problems('LEDGER_NOT_FOUND', 'ACCOUNT_NOT_FOUND')
  async statement(
    @Param() path: AccountPath,
    @Query() query: StatementQuery,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ) {
    const type = typeOf(accept);
    const { statement, source, after } = await this.open(path, query);
    const whole = type !== JSON_TYPE && query.limit === undefined && after === undefined;
    const limit = whole ? STRIDE : (query.limit ?? PAGE);
    const page = await statements.readLines(this.pool, source, statement, after, limit);
    const cursor = page.next && cursorOf(path, statement, page.next);
    reply.header('vary', 'accept');
    if (type === JSON_TYPE) {
      reply.send(viewOf(statement, page.lines, cursor));
      return;
    }
    if (cursor && !whole) reply.header('next-cursor', cursor);
    // Who asks for the head alone doesn't want the rest read.
    const more = whole && reply.request.method !== 'HEAD';
    const further = more ? statements.readFurther(this.pool, source, statement, page.next, limit) : [];
    const rendering =
      type === 'text/csv' ? csvStatement(statement) : await this.page(reply, statement, query);
    reply.type(`${type}; charset=utf-8`).header('x-content-type-options', 'nosniff');
    const text = Readable.from(textOf(rendering, after, page, further));
    // There is an answer on its way already: all that is left is to break it off.
    text.on('error', (error) => this.log.error(error));
    reply.send(text);
  }

  /** @throws Problem VALIDATION_FAILED, LEDGER_NOT_FOUND, ACCOUNT_NOT_FOUND, InvalidCursor */
  private async open(path: AccountPath, query: StatementQuery) {
    const { pool } = this;
    const { consistency, min_version: least = 0, recorded_at: recordedAt } = query;
    const position = positionOf(path, query.cursor);
    await requireSettled(pool, query);
    const account = await readAccount(pool, path.ledger, path.id);
    const known =
      recordedAt === undefined ? undefined : await statements.versionRecorded(pool, account, recordedAt);
    // A page goes on with what the page before saw; it can't be of another time.
    if (position && contradicts(query, position.range)) throw new InvalidCursor();
    if (position && known !== undefined && known !== position.range.through) throw new InvalidCursor();
    const seen = position?.range.through ?? known;
    const lines = await readsLines(pool, account, consistency, Math.max(least, Number(seen ?? 0)));
    const through = seen ?? lines ?? String(account.version);
    return {
      statement: await statements.openStatement(pool, account, through, position?.range ?? query),
      source: lines === undefined ? statements.journalLines : await linesStatement(pool),
      after: position?.after,
    };
  }

  private async page(reply: FastifyReply, statement: statements.Statement, query: StatementQuery) {
    const { rows } = await this.pool.query<{ now: string }>('select clock_timestamp() as now');
    const printed = { at: rows[0]!.now, recordedAt: query.recorded_at };
    const { policy, ...rendering } = htmlStatement(statement, printed);
    reply.header('content-security-policy', policy);
    return rendering;
  }
}

const JSON_TYPE = 'application/json';
const types = [JSON_TYPE, 'text/csv', 'text/html'];
const accepted = types.flatMap((type) => [type, `${type};charset=utf-8`]);

/** By RFC 9110's quality values, then in the order of the header; JSON where anything goes, or nothing that we have. */
function typeOf(accept: string | undefined): string {
  const best = new Negotiator({ headers: { accept } }).mediaType(accepted) ?? JSON_TYPE;
  return best.split(';', 1)[0]!;
}

function viewOf(
  { account, from, to, opening, closing }: statements.Statement,
  lines: statements.StatementLine[],
  cursor: string | null,
) {
  return {
    account: account.id,
    currency: account.currency,
    from,
    to,
    opening: String(opening),
    lines,
    closing: String(closing),
    next_cursor: cursor,
  };
}

const cursorForms = [parts.time, parts.time, parts.whole, parts.time, parts.whole, parts.amount];
const listName = ({ ledger, id }: AccountPath) => `statement ${ledger}/${id}`;

function cursorOf(
  path: AccountPath,
  { from, to, through }: statements.StatementRange,
  { effectiveAt, version, balance }: statements.LinePosition,
): string {
  return encodeCursor(listName(path), [from, to, through, effectiveAt, version, balance]);
}

/** A page goes on within its range: said again, it must be the same. */
function contradicts({ from, to }: StatementQuery, range: statements.StatementRange): boolean {
  return (from !== undefined && from !== range.from) || (to !== undefined && to !== range.to);
}

/** @throws InvalidCursor */
function positionOf(
  path: AccountPath,
  cursor: string | undefined,
): { range: statements.StatementRange; after: statements.LinePosition } | undefined {
  const values = decodeCursor(listName(path), cursor, cursorForms);
  if (!values) return undefined;
  const [from = '', to = '', through = '', effectiveAt = '', version = '', balance = ''] = values;
  return { range: { from, to, through }, after: { effectiveAt, version, balance } };
}

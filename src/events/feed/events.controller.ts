import { Readable } from 'node:stream';
import { Controller, Get, Headers, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import type pg from 'pg';
import { LedgerPath } from '../../ledger/accounts/accounts.controller.js';
import { requireLedger } from '../../ledger/accounts/read-account.js';
import { invalid } from '../../ledger/errors.js';
import { InvalidCursor } from '../../platform/cursor.js';
import { field, PageLimit, Whole } from '../../platform/fields.js';
import { Problems } from '../../platform/openapi.js';
import { READ_POOL } from '../../platform/postgres.js';
import { jsonLinesExample, serverSentEventsExample } from './examples.js';
import { positionOf, type Position } from './position.js';
import { Readers, type Line, type Reader } from './readers.js';
import { jsonLines, serverSentEvents } from './streams.js';

const JSON_LINES = 'application/x-ndjson';
const SERVER_SENT_EVENTS = 'text/event-stream';

// Longer than that of lists: it names the transactions that were still running.
const CURSOR = /^[A-Za-z0-9_-]{1,8192}$/;

class EventsQuery {
  @field(
    {
      parse: (value) => (typeof value === 'string' && CURSOR.test(value) ? value : undefined),
      message: 'must be a cursor that came with an event of this ledger',
      schema: { type: 'string', pattern: CURSOR.source },
    },
    {
      optional: true,
      description: 'The `cursor` of the last event that was dealt with; absent: from the beginning.',
    },
  )
  after?: string;

  @PageLimit(10_000, { description: 'How many lines at most (JSON lines).', example: 1000 })
  limit = 1_000;

  @Whole(0, 30, {
    optional: true,
    description: 'How many seconds to wait when nothing is new (JSON lines).',
    example: 0,
  })
  wait = 0;
}

@ApiTags('Events')
@Controller('v1/ledgers/:ledger/events')
export class EventsController {
  constructor(
    private readonly readers: Readers,
    @Inject(READ_POOL) private readonly pool: pg.Pool,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Events in order, without Kafka: as JSON lines, or live as server-sent events',
    description:
      'A reader that keeps the cursor of the last event it dealt with misses none and gets none twice, whatever ' +
      'commits late and however long it was away; after a restore or a failover the last few may come again, with ' +
      'the same `event_id`. Events of one root transaction are in order. An answer without a line has the header ' +
      '`Next-Cursor`, from which the next request finds its place sooner.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'With server-sent events: the last `id`, in place of `after`.',
    schema: { type: 'string' },
  })
  @ApiOkResponse({
    content: {
      [JSON_LINES]: { schema: { type: 'string' }, example: jsonLinesExample },
      [SERVER_SENT_EVENTS]: { schema: { type: 'string' }, example: serverSentEventsExample },
    },
    headers: {
      'Next-Cursor': { description: 'Only where there is no line', schema: { type: 'string' as const } },
    },
  })
  @Problems('LEDGER_NOT_FOUND')
  async read(
    @Param() { ledger }: LedgerPath,
    @Query() { after, limit, wait }: EventsQuery,
    @Headers() { accept, 'last-event-id': lastEventId }: Record<string, string | undefined>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const live = wantsServerSentEvents(accept);
    const from =
      live && lastEventId
        ? positionFrom(ledger, 'Last-Event-ID', lastEventId)
        : positionFrom(ledger, 'after', after);
    await requireLedger(this.pool, ledger);
    reply.header('vary', 'accept').header('cache-control', 'no-store');
    reply.type(live ? SERVER_SENT_EVENTS : JSON_LINES);
    if (request.method === 'HEAD') return void reply.send(Readable.from([]));
    const reader = this.readers.admit(ledger, from, request.raw, reply.raw);
    if (live) {
      // A proxy that collects what it passes on would make it late.
      reply.header('x-accel-buffering', 'no');
      const lines = await reader.next(limit);
      return void reply.send(streamOf(serverSentEvents(reader, lines)));
    }
    const lines = await firstLines(reader, limit, wait);
    if (lines.length > 0) return void reply.send(streamOf(jsonLines(reader, lines, limit)));
    reply.header('next-cursor', reader.cursor()).send(Buffer.alloc(0));
  }
}

async function firstLines(reader: Reader, limit: number, seconds: number): Promise<Line[]> {
  const deadline = performance.now() + seconds * 1_000;
  for (;;) {
    const lines = await reader.next(limit);
    const left = deadline - performance.now();
    if (lines.length > 0 || left <= 0 || reader.signal.aborted) return lines;
    await reader.wait(left);
  }
}

/** Asked for again only when what was given is on its way. */
function streamOf(text: AsyncGenerator<string>): Readable {
  return Readable.from(text, { objectMode: false });
}

/** @throws Problem VALIDATION_FAILED naming where the cursor came from */
function positionFrom(ledger: string, path: string, cursor: string | undefined): Position | undefined {
  try {
    return positionOf(ledger, cursor);
  } catch (error) {
    if (!(error instanceof InvalidCursor)) throw error;
    throw invalid([{ path, message: 'is not a cursor of this ledger’s events' }]);
  }
}

/** JSON lines unless server-sent events are preferred to them, by RFC 9110's quality values. */
function wantsServerSentEvents(accept: string | undefined): boolean {
  return (
    new Negotiator({ headers: { accept } }).mediaType([JSON_LINES, SERVER_SENT_EVENTS]) === SERVER_SENT_EVENTS
  );
}

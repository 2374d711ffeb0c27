import { Readable } from 'node:stream';
import { Body, Controller, HttpCode, Inject, Param, Post, Res, type OnModuleDestroy } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { ADMISSION, type Admission } from '../../platform/admission/admission.js';
import { ref } from '../../platform/answers.js';
import { shapeOf, type Shape } from '../../platform/fields.js';
import { sendAnswer } from '../../platform/http/answer.js';
import { Ctx, type RequestContext } from '../../platform/http/context.js';
import { toShape } from '../../platform/http/judge.js';
import { Records } from '../../platform/http/records.js';
import { LinesBody, Problems } from '../../platform/openapi.js';
import { READ_POOL } from '../../platform/postgres.js';
import { LedgerPath } from '../accounts/accounts.controller.js';
import { requireLedger } from '../accounts/read-account.js';
import { Problem } from '../errors.js';
import { resultsBody } from '../journal/batch.js';
import { AtomicBulk, BulkBody, IndependentBulk, refuseTooManyEntries, SLICE, storable } from './bulk.js';
import { atomicExample, commandLinesExample, resultLinesExample, resultsExample } from './examples.js';
import { answerLines } from './stream.js';

const bulkShape = shapeOf(BulkBody) as Shape<BulkBody>;

@ApiTags('Bulk')
@Controller('v1/ledgers/:ledger/bulk')
export class BulkController implements OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(
    private readonly commands: CommandBus,
    @Inject(READ_POOL) private readonly pool: pg.Pool,
    @Inject(ADMISSION) private readonly admission: Admission,
  ) {}

  @Post()
  @Records({ items: 'commands' })
  @HttpCode(200)
  @ApiOperation({
    summary: 'Many commands in order: each for itself, or all or nothing',
    description:
      'As `application/x-ndjson`: a command a line (of up to 1 MiB), any number of them, each for itself, answered ' +
      'line by line in the same order while they are read: whoever sends must read meanwhile, or is held back. Blank ' +
      'lines are passed over and not counted. A command without a key of its own is kept under the outer key and its ' +
      'number, from 0, as in JSON. A stream that breaks off (its last line may be a 503) is repeated under the same ' +
      'key: it goes on where it stopped.',
  })
  @ApiBody({ type: BulkBody })
  @LinesBody('A command a line, as in `commands`.', commandLinesExample)
  @ApiCreatedResponse({
    description: 'Of an atomic bulk',
    content: { 'application/json': { schema: ref('BulkResults'), example: atomicExample } },
  })
  @ApiOkResponse({
    description: 'Of an independent bulk, and of lines: a line of answer each',
    content: {
      'application/json': { schema: ref('BulkResults'), example: resultsExample },
      'application/x-ndjson': { schema: { type: 'string' }, example: resultLinesExample },
    },
  })
  @Problems('LEDGER_NOT_FOUND', 'BULK_REJECTED')
  async take(
    @Param() { ledger }: LedgerPath,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @Res() reply: FastifyReply,
  ) {
    if (body instanceof Readable) await this.stream(ledger, body, context, reply);
    else sendAnswer(reply, await this.run(ledger, toShape(bulkShape, body), context));
  }

  /** Ends the streams, each after the slice at hand, so that they don't keep the service from stopping. */
  onModuleDestroy(): void {
    this.stopping.abort();
  }

  private async run(ledger: string, { mode, commands }: BulkBody, context: RequestContext) {
    refuseTooManyEntries(commands);
    this.admission.charge(context.principal, commands.length - 1);
    // Of an atomic one a malformed command is a 400 of the whole, which comes before the ledger.
    if (mode === 'atomic') return this.commands.execute(new AtomicBulk(ledger, commands, context));
    await requireLedger(this.pool, ledger);
    const items = storable(commands, context.bodyErrors);
    const outcomes = await this.commands.execute(new IndependentBulk(ledger, items, context));
    // A malformed command is refused anew each time: it says nothing of whether the others were.
    const taken = outcomes.filter(({ status }) => status !== 400);
    const replayed = taken.length > 0 && taken.every((outcome) => outcome.replayed);
    return { status: 200, body: resultsBody(outcomes), replayed };
  }

  private async stream(ledger: string, source: Readable, context: RequestContext, reply: FastifyReply) {
    await requireLedger(this.pool, ledger);
    if (this.stopping.signal.aborted) throw new Problem('UNAVAILABLE', 'the service is stopping', {}, 1);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const ending = AbortSignal.any([this.stopping.signal, gone.signal]);
    const run = async (commands: unknown[], first: number) => {
      // Held back until its rate allows for more, as it is by a journal that is slow.
      await this.admission.turn(context.principal, ending);
      const outcomes = await this.commands.execute(new IndependentBulk(ledger, commands, context, first));
      // Coming in has paid for one.
      this.admission.charge(context.principal, commands.length - (first === 0 ? 1 : 0));
      return outcomes;
    };
    const answers = answerLines(source, {
      slice: SLICE,
      run,
      ending,
      traceId: context.traceId,
    });
    reply.header('content-type', 'application/x-ndjson').send(answers);
    // Now, not with the first answer: some callers begin to send when they see them.
    reply.raw.flushHeaders();
  }
}

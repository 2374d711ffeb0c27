import { Body, Controller, Get, Inject, Param, Put, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { ref } from '../../platform/answers.js';
import { Cursor, PageLimit } from '../../platform/fields.js';
import { Problems } from '../../platform/openapi.js';
import { APP_POOL, READ_POOL } from '../../platform/postgres.js';
import { LedgerPath } from '../accounts/accounts.controller.js';
import { listLedgers, putLedger, PutLedgerBody, readLedger } from './ledgers.js';

class ListLedgersQuery {
  @PageLimit() limit = 50;
  @Cursor() cursor?: string;
}

@ApiTags('Ledgers')
@Controller('v1/ledgers')
export class LedgersController {
  constructor(
    @Inject(APP_POOL) private readonly writes: pg.Pool,
    @Inject(READ_POOL) private readonly reads: pg.Pool,
  ) {}

  @Put(':ledger')
  @ApiOperation({ summary: 'Make a ledger, or replace its description and metadata' })
  @ApiCreatedResponse({ schema: ref('Ledger') })
  @ApiOkResponse({ schema: ref('Ledger') })
  async put(@Param() { ledger: id }: LedgerPath, @Body() body: PutLedgerBody, @Res() reply: FastifyReply) {
    const { created, ledger } = await putLedger(this.writes, id, body);
    reply.status(created ? 201 : 200).send(ledger);
  }

  @Get()
  @ApiOperation({ summary: 'List ledgers, newest first' })
  @ApiOkResponse({ schema: ref('LedgerPage') })
  list(@Query() { limit, cursor }: ListLedgersQuery) {
    return listLedgers(this.reads, limit, cursor);
  }

  @Get(':ledger')
  @ApiOperation({ summary: 'Read a ledger' })
  @ApiOkResponse({ schema: ref('Ledger') })
  @Problems('LEDGER_NOT_FOUND')
  read(@Param() { ledger }: LedgerPath) {
    return readLedger(this.reads, ledger);
  }
}

import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problem } from '../ledger/errors.js';
import { ref } from './answers.js';
import { Problems } from './openapi.js';

/** Provider token of what `/health/ready` asks: a function of type `Readiness`. */
export const READINESS = Symbol('READINESS');
/** `degraded`: commands and strong reads work, the read model is far behind. `down`: nothing works. */
export type Readiness = () => Promise<{
  status: 'ok' | 'degraded' | 'down';
  checks: Record<string, unknown>;
}>;

@ApiTags('Operations')
@Controller('health')
export class HealthController {
  constructor(@Inject(READINESS) private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({ summary: 'Is the process running' })
  @ApiOkResponse({ schema: ref('Liveness') })
  live() {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Can it do its work: Postgres, read-model lag, with Kafka the replication slot' })
  @ApiOkResponse({ schema: ref('Readiness') })
  @Problems('UNAVAILABLE')
  async ready() {
    const { status, checks } = await this.readiness();
    if (status === 'down') throw new Problem('UNAVAILABLE', 'not ready', { checks }, 1);
    return { status, checks };
  }
}

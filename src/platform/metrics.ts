import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const registry = new Registry();
const registers = [registry];

/** `code` is the code of a refusal, `OK` otherwise. Observed in seconds from arrival to outcome. */
export const commandDuration = new Histogram({
  name: 'command_duration_seconds',
  help: 'Time from a command’s arrival to its outcome, by code',
  labelNames: ['command', 'code'] as const,
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  registers,
});

export const batchSize = new Histogram({
  name: 'journal_batch_size',
  help: 'Commands folded into one Postgres transaction',
  buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
  registers,
});

export const queueDepth = new Gauge({
  name: 'journal_queue_depth',
  help: 'Commands waiting for a writer',
  registers,
});

/** `urgency` as in the header Priority. */
export const refusals = new Counter({
  name: 'requests_refused_total',
  help: 'Requests refused because there were too many: overloaded (503), rate or quota (429)',
  labelNames: ['reason', 'urgency'] as const,
  registers,
});

let oldestWaitMs = () => 0;
new Gauge({
  name: 'journal_oldest_wait_seconds',
  help: 'How long the oldest command that waits for a writer has waited',
  registers,
  collect() {
    this.set(oldestWaitMs() / 1000);
  },
});

/** Says where that is known. */
export function watchOldestWait(ms: () => number): void {
  oldestWaitMs = ms;
}

export const retries = new Counter({
  name: 'journal_retries_total',
  help: 'Batches run again after a serialization failure, deadlock or race',
  registers,
});

export const projectionLagSeconds = new Gauge({
  name: 'projection_lag_seconds',
  help: 'Age of the oldest event a projection has not applied',
  labelNames: ['projection'] as const,
  registers,
});

export const projectionLagEvents = new Gauge({
  name: 'projection_lag_events',
  help: 'Events a projection has not applied',
  labelNames: ['projection'] as const,
  registers,
});

export const deadLettersOpen = new Gauge({
  name: 'projection_dead_letters_open',
  help: 'Events that a projection could not apply and nobody has dealt with',
  labelNames: ['projection'] as const,
  registers,
});

export const healedEvents = new Gauge({
  name: 'projection_healed_events',
  help: 'Events that were ever applied from the journal because they had not come: gaps that were closed',
  registers,
});

export const slotLagBytes = new Gauge({
  name: 'replication_slot_lag_bytes',
  help: 'WAL that Debezium has yet to confirm',
  labelNames: ['slot'] as const,
  registers,
});

export const slotSafeWalBytes = new Gauge({
  name: 'replication_slot_safe_wal_bytes',
  help: 'WAL that may still be written before Postgres gives the slot up; +Inf when nothing bounds it',
  labelNames: ['slot'] as const,
  registers,
});

export const slotStatus = new Gauge({
  name: 'replication_slot_status',
  help: '1 for the status that the slot has: ok, inactive, missing or lost',
  labelNames: ['slot', 'status'] as const,
  registers,
});

export const connectorUp = new Gauge({
  name: 'connector_up',
  help: '1 while the connector and its task run and its slot moves on',
  labelNames: ['connector'] as const,
  registers,
});

export const connectorRestarts = new Counter({
  name: 'connector_restarts_total',
  help: 'Restarts of a connector by this worker',
  labelNames: ['connector'] as const,
  registers,
});

export const sealedSequence = new Gauge({
  name: 'journal_sealed_sequence',
  help: 'The sequence up to which the journal is sealed',
  registers,
});

export const unsealedSeconds = new Gauge({
  name: 'journal_unsealed_seconds',
  help: 'Age of the oldest record that is not sealed; 0 when all are',
  registers,
});

export const lastProofTimestamp = new Gauge({
  name: 'counterfoil_last_proof_timestamp_seconds',
  help: 'When `counterfoil verify` last finished a part of its proof, in Unix time',
  labelNames: ['part'] as const,
  registers,
});

export const lastProofFindings = new Gauge({
  name: 'counterfoil_last_proof_findings',
  help: 'What the last proof of a part found to be wrong; 0 when it is proven',
  labelNames: ['part'] as const,
  registers,
});

/** Process metrics, for the programs that serve `/metrics`; once is enough, more does nothing. */
export function collectProcessMetrics(): void {
  if (!registry.getSingleMetric('process_cpu_user_seconds_total'))
    collectDefaultMetrics({ register: registry });
}

/** All of them, as Prometheus reads them. */
export async function metricsPage(): Promise<{ contentType: string; text: string }> {
  return { contentType: registry.contentType, text: await registry.metrics() };
}

@ApiTags('Operations')
@Controller('metrics')
export class MetricsController {
  @Get()
  @Header('content-type', registry.contentType)
  @ApiOperation({ summary: 'Metrics for Prometheus' })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  metrics(): Promise<string> {
    return registry.metrics();
  }
}

import type { BatchObservableCallback, Meter, MetricOptions, Observable } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { observeMetrics } from '../../src/open-telemetry/index.js'
import { playScript, scriptedRun } from '../support/scripted-run.js'

let end = async (): Promise<unknown> => undefined
afterEach(() => end())

interface Instrument extends Observable {
  readonly name: string
  readonly kind: string
  readonly options: MetricOptions
}

/** A meter that collects when it is told to, as an SDK does. */
class PaperMeter {
  readonly instruments: Instrument[] = []
  readonly #callbacks = new Map<BatchObservableCallback, readonly Observable[]>()

  readonly createObservableCounter = (name: string, options: MetricOptions = {}) => this.#add('counter', name, options)
  readonly createObservableGauge = (name: string, options: MetricOptions = {}) => this.#add('gauge', name, options)

  addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.#callbacks.set(callback, observables)
  }

  removeBatchObservableCallback(callback: BatchObservableCallback): void {
    this.#callbacks.delete(callback)
  }

  collect(): Map<string, number> {
    const values = new Map<string, number>()
    for (const [callback, observables] of this.#callbacks) {
      callback({
        observe: (observable, value, labels = {}) => {
          expect(observables).toContain(observable)
          values.set(`${(observable as Instrument).name} ${JSON.stringify(labels)}`, value)
        },
      })
    }
    return values
  }

  #add(kind: string, name: string, options: MetricOptions): Instrument {
    const instrument = { name, kind, options, addCallback() {}, removeCallback() {} }
    this.instruments.push(instrument)
    return instrument
  }
}

describe('observeMetrics', () => {
  it('gives OpenTelemetry the same numbers as the reading, when it collects, until it is ended [M34]', async () => {
    const run = await scriptedRun()
    end = () => run.simulation.end()
    const meter = new PaperMeter()
    // reason: of a meter, nothing else is used
    const stop = observeMetrics(run.metrics, meter as unknown as Meter)
    await playScript(run)
    const { counts, refusals, memory } = run.metrics.read()
    const values = meter.collect()
    expect(values.get('tygase_packets_total {"direction":"out"}')).toBe(run.wire.packetsOut)
    expect(values.get('tygase_bytes_total {"direction":"in"}')).toBe(counts.bytesIn)
    expect(values.get('tygase_refusals_total {"code":"no_wings"}')).toBe(refusals.no_wings)
    expect(values.get('tygase_memory_bytes {"part":"heap_used"}')).toBe(memory.heapUsedBytes)
    expect(values.get('tygase_tick_late_seconds {"quantile":"1"}')).toBe(0)
    const kinds = Object.fromEntries(meter.instruments.map(({ name, kind, options }) => [name, [kind, options.unit]]))
    expect(kinds).toMatchObject({ tygase_bytes_total: ['counter', 'By'], tygase_sessions: ['gauge', '1'] })
    stop()
    expect(meter.collect().size).toBe(0)
  })
})

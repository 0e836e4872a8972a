import { faultOfOptions, type OptionRange, type OptionRow } from '@tygase/gamestate/internal'
import { ClientError } from '../errors.js'
import type { Prediction, PredictionHost, PredictionParts } from '../prediction.js'
import { Ahead } from './ahead.js'

export interface PredictOptions {
  /** How far a client may run ahead of the newest version, in ms from 1 to 5,000. Beyond, its place waits. Default 1,000. */
  maxAheadMs?: number
  /** Time in which more than half of a correction is let out, in ms from 0 to 1,000. 0: corrections are seen at once. Default 40. */
  smoothMs?: number
  /** How far others are drawn beyond the newest version, as the rules expect them, in ms from 0 to 5,000. Default 250. */
  maxExtrapolateMs?: number
}

const ranges = [
  { name: 'maxAheadMs', default: 1000, unit: 'ms', min: 1, max: 5000 },
  { name: 'smoothMs', default: 40, unit: 'ms', min: 0, max: 1000 },
  { name: 'maxExtrapolateMs', default: 250, unit: 'ms', min: 0, max: 5000 },
] as const satisfies readonly OptionRange[]

/** The options of `predict` for the reference page. Bundles leave it out. */
export const predictOptionTable: readonly OptionRow[] = /* @__PURE__ */ (() => {
  const meanings: Record<(typeof ranges)[number]['name'], string> = {
    maxAheadMs: 'How far a client runs ahead of the newest version. Beyond, its own place waits.',
    smoothMs:
      'Time in which more than half of a correction of what is drawn is let out; others take four to five times as long.',
    maxExtrapolateMs: 'How far others are drawn beyond the newest version, as the rules expect them.',
  }
  return ranges.map((range) => ({ ...range, meaning: meanings[range.name] }))
})()

/**
 * Lets a client run the game's rules ahead of the server, so that own events are seen at once. For the option `predict` of
 * `connect`; several connections may share one.
 * @throws ClientError `invalid_argument` for an unknown option and for a value out of range
 */
export function predict(options: PredictOptions = {}): Prediction {
  const fault = faultOfOptions('predict', ranges, options)
  if (fault !== undefined) throw new ClientError('invalid_argument', fault)
  const { maxAheadMs = 1000, smoothMs = 40, maxExtrapolateMs = 250 } = options
  const settings = { maxAheadMs, smoothMs, maxExtrapolateMs, isEnabled: () => prediction.enabled }
  const prediction: Prediction = { enabled: true, start: (parts) => new Ahead(hostOf(parts), settings) }
  return prediction
}

function hostOf({ connection, settings, replica, handlers, link, info, sender }: PredictionParts): PredictionHost {
  const { clock, logger, data: joinData } = settings
  return {
    connection,
    link,
    info,
    sender,
    clock,
    logger,
    joinData,
    get game() {
      return settings.game!
    },
    line: () => replica.line,
    isPending: (sequence) => link.session.isPending(sequence),
    handlersOf: (name) => handlers.of(name),
  }
}

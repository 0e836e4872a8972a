// For the packages of this repository only: no promise is made about these names.

export { ByteReader, ByteWriter, copyBytes, equalBytes, isBytes } from './bytes/bytes.js'
export {
  guard,
  guarded,
  guardedClock,
  guardedTime,
  Listeners,
  lookMs,
  settle,
  wakefulClock,
  watch,
} from './callbacks.js'
export { type Clock, systemClock } from './clock.js'
export { registerReader } from './codec/context.js'
export type { DeltaOptions } from './codec/delta.js'
export { type DeltaPart, partsOfDelta } from './codec/delta-parts.js'
export { applyCounted } from './codec/delta-reader.js'
export { decimalsOf, type PrecisionNode, precisionOf } from './codec/values/number.js'
export { roundTo } from './codec/values/quanta.js'
export { ExplainedError, errorPages, TygaseError } from './errors.js'
export { announce, defaultLogger, toLogger, withDetails } from './limited-logger.js'
export { type Logger, type LoggerOption, silentLogger, toBriefLogger } from './logger.js'
export type { MadeTick } from './machine.js'
export type { MeteredPhase, TickMeter } from './machine-options.js'
export {
  blendPart,
  blendRows,
  type PartMotion,
  wayBetween,
} from './motion/blend.js'
export type { Motion, MotionDefinition } from './motion/motion.js'
export { type ChangedRows, changedRows, eachRowIn, type RowChanges, rowIn, withRows } from './motion/overlay.js'
export { movementSpan, type Place, placeBetween } from './motion/place.js'
export { gameOptionRows, machineOptionRows, storeOptionRows } from './option-rows.js'
export {
  type DispatchArguments,
  dispatchArguments,
  faultOfNumber,
  faultOfOptions,
  type OptionRange,
  type OptionRow,
} from './option-table.js'
export { differingKey, digestState, type StateDigest } from './records/digest.js'
export { type DataForm, dataForms, EventDataReader, EventDataWriter } from './records/event-data.js'
export { KnownDigests, type RoundedPart } from './records/known-digests.js'
export { isPlain, readPlain, writePlain } from './records/plain-bytes.js'
export type { PartKey } from './records/replica-digest.js'
export { type TickRecord, TickRecordReader, TickRecordWriter } from './records/tick-record.js'
export type { EntityId, Row } from './rows/page.js'
export { createRandom, hashText, serverClient } from './rules/context.js'
export { checkReplacement } from './rules/define-game.js'
export type { Dispatch, Recipients } from './rules/dispatch.js'
export type { AllEventsOf, EventsOf, JoinDataOf, PresenceOf, ServerEventsOf } from './rules/game.js'
export {
  type Checked,
  checkJoinData,
  checkPresence,
  type EventInput,
  eventProblem,
  type Refused,
  type RuleFailure,
  TickRun,
  validateEvent,
} from './rules/make-tick.js'
export { JoinedClock, type Timer, TimerQueue } from './timer-queue.js'
export { elementBytes } from './values/element-sizes.js'
export { elementsOf } from './values/elements.js'
export type { PayloadLimits } from './values/kind.js'
export { copyValue, kindOf, kinds } from './values/kinds.js'
export { decodeCounted, decodeValue, defaultPayloadLimits, type EncodeLimits, encodeValue } from './values/payload.js'
export { atOnce, isPlainObject, isThenable, type PlainObject } from './values/plain.js'
export { sealState } from './values/sealing.js'
export { type View, type ViewKey, Views } from './views.js'

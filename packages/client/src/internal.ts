// For the packages of this repository only: no promise is made about these names.

export type { DevtoolsHook } from './connection.js'
export { type LinkConditions, LinkDirection, type LinkStats } from './link/link-direction.js'
export type { ConnectSettings, RequiredData } from './options.js'
export { Predictor } from './predict/predictor.js'
export type { Prediction, PredictionParts, RunningPrediction } from './prediction.js'
export { decodeVersion } from './runtime/in-processes.js'
export { Subscriptions, subscribeSelected } from './subscriptions.js'
export { WebSocketTransport } from './web-socket/web-socket-transport.js'

/** Types that users neither make nor use, whatever their shape, with the reason. */
export const notMade: Readonly<Record<string, string>> = {
  Prediction: 'made by predict of its options, and used by connect alone',
  LossyDelivery: 'a transport takes `lossyDelivery` of the library as it is',
}

/** Functions of users that need no trial, with the reason. A name that ends in a dot stands for all functions of that type. */
export const exceptions: Readonly<Record<string, string>> = {
  'AnyGame.': 'a game is made by defineGame: GameDefinition has the same functions',
  'RuleContext.': 'made by the library for rules',
  'Room.': 'made by the library',
  'Client.': 'made by the library',
  'Channels.': 'made by the library',
  'TransportSource.': 'made by connect of its address',
  'ConnectSettings.': 'made by connect of its options',
  'RowAccess.': 'of a table, which only the library makes',
  'RowComparison.': 'of a table, which only the library makes',
  'Motion.': 'made by defineGame of the motion that it is given',
  'MapValue.': 'of a map, which only the library makes',
  'Table.seal(sealPage)': 'of a table, which only the library makes',
  'Tokens.issue': 'tokenAuth takes tokens and calls verify alone',
  'Storage.batch': 'no package calls it on a storage of a user',
  'Storage.close': 'the one who has made a storage closes it',
  'Transport.sendShared': 'a client calls send alone; AcceptedTransport has the trial',
  'Transport.pause': 'a client calls it nowhere; AcceptedTransport has the trial',
  'Transport.resume': 'a client calls it nowhere; AcceptedTransport has the trial',
  'Transport.onBytes': 'set by the library',
  'Transport.onClose': 'set by the library',
  'AcceptedTransport.onBytes': 'set by the library',
  'AcceptedTransport.onClose': 'set by the library',
  'AcceptedTransport.onPause': 'set by the library',
  'serveFiles()(next)': 'given and awaited by Hono, whose handler of errors gets what it rejects with',
  'Clock.schedule(callback)': 'given to the clock by a listener of a user, which gets the guarded clock',
  'ListenerDoor.addPending(drop)': 'given by a listener of a user; runs within its own timer, which is guarded',
  'VirtualProcess.schedule(callback)': 'of the test kit: a clock, for its own parts',
  'VirtualProcess.run(work)': 'of the test kit, for its own parts',
  'WatchedRoom.runHandler(handler)': 'of the test kit, for its own parts',
}

const endOfLink = 'close of a link waits for a transport or a timer, and never rejects'

/** Calls whose promises never reject, with the reason. */
export const neverReject: Readonly<Record<string, string>> = {
  'packages/client/src/connection.ts: this.#link.close': endOfLink,
  'packages/client/src/events.ts: this.#link.close': endOfLink,
  'packages/server/src/auth.ts: promise.then(resolve, reject).finally': 'both ends are handled; cancel does not throw',
  'packages/storage/src/lmdb-storage.ts: written.then': 'made of a promise with both ends handled',
}

const logs = 'calls the logger alone, which never throws'
const endsPromise = 'only settles a promise and counts what is left'
const aborts = 'only aborts another signal, whose listeners the runtime guards'
const ofLink = 'the link of the client catches what its work throws, also what its transport throws'

/** Handlers that the runtime calls and that cannot fail, and clocks whose timers are guarded elsewhere, with the reason. */
export const cannotFail: Readonly<Record<string, string>> = {
  "packages/auth/src/login-queue.ts: signal?.addEventListener('abort')": endsPromise,
  "packages/client/src/link/simulate-link.ts: signal.addEventListener('abort')": endsPromise,
  "packages/client/src/opening.ts: signal.addEventListener('abort')": ofLink,
  "packages/client/src/web-socket/web-socket-transport.ts: signal.addEventListener('abort')": 'only closes a socket',
  'packages/client/src/web-socket/web-socket-transport.ts: socket.onclose': ofLink,
  'packages/client/src/web-socket/web-socket-transport.ts: socket.onerror': 'only keeps the error',
  'packages/client/src/web-socket/web-socket-transport.ts: socket.onmessage': ofLink,
  'packages/client/src/web-socket/web-socket-transport.ts: socket.onopen': endsPromise,
  'packages/gamestate/src/clock.ts: setImmediate': 'of systemClock: callers guard its timers',
  'packages/gamestate/src/clock.ts: setTimeout': 'of systemClock: callers guard its timers',
  'packages/gamestate/src/clock.ts: systemClock': 'a part of a longer wait of its own',
  'packages/gamestate/src/logger.ts: systemClock': 'only its time is read',
  "packages/http/src/front.ts: received.signal.addEventListener('abort')": aborts,
  "packages/server/src/auth.ts: gone.addEventListener('abort')": aborts,
  "packages/server/src/entrance/door.ts: target.on('error')": logs,
  "packages/server/src/entrance/http-answers.ts: response.once('close')": 'only takes an entry out of a list',
  "packages/server/src/entrance/web-socket-listener.ts: http.on('error')": logs,
  "packages/server/src/entrance/web-socket-listener.ts: http.once('error')": endsPromise,
  "packages/server/src/entrance/web-socket-listener.ts: stream.on('data')": 'counts bytes, and closes a transport',
  "packages/server/src/entrance/web-socket-listener.ts: webSocket.once('message')": 'only removes a handler',
  "packages/tasks/src/task-pool.ts: pool.on('error')": logs,
  "packages/tasks/src/tasks.ts: signal?.addEventListener('abort')": endsPromise,
  'packages/testkit/src/virtual-time.ts: port.onmessage':
    'only goes on with the work of the test kit, whose caller gets its failure',
}

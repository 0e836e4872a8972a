import { makePlain, worldOfRecords } from './record-rows.js'
import type { System } from './system.js'

export const json: System = {
  name: 'json',
  about: 'plain objects changed in place, the whole state as JSON each tick',
  serve(scene, state) {
    const encode = () => Buffer.from(JSON.stringify(state))
    return {
      step(tick) {
        tick.play(worldOfRecords(state, scene), makePlain)
        return encode()
      },
      snapshot: encode,
      state: () => state,
    }
  },
  join(_, snapshot) {
    const decode = (bytes: Uint8Array): unknown =>
      JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString())
    let state = decode(snapshot)
    return {
      receive(bytes) {
        state = decode(bytes)
      },
      state: () => state,
    }
  },
}

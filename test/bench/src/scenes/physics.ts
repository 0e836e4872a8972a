import type { Rows, Scene } from '../scene.js'
import { drawInteger } from './draw.js'
import { dt } from './motion.js'
import { rowId, rowsOf } from './rows-of.js'

interface Body {
  x: number
  y: number
  z: number
  /** The rotation, a quaternion of length 1. */
  qx: number
  qy: number
  qz: number
  qw: number
  vx: number
  vy: number
  vz: number
  /** The spin, radians per second about each axis. */
  wx: number
  wy: number
  wz: number
  asleep: boolean
}

const count = 500
/** How many are pushed in a tick, at most. So about 100 are awake. */
const maxPushes = 3
const gravity = 9.81
/** The share of its speed with which a body leaves the floor, and of its spin. */
const bounce = 0.5
/** A body that falls on the floor more slowly than this falls asleep, in units per second. */
const restSpeed = 1

/** Bodies are in a cube with this side. */
export const roomSize = 100
/** Units or radians per second along or about each axis: nothing is faster. */
export const maxSpeed = 20

export const physics: Scene<{ rows: Rows<Body> }> = {
  name: 'physics',
  about:
    '500 rigid bodies with place, quaternion, velocity and spin; gravity, bounces and pushes keep about a fifth of them awake',
  ticksPerRound: 200,
  precision: {
    rows: {
      x: 0.01,
      y: 0.01,
      z: 0.01,
      qx: 0.001,
      qy: 0.001,
      qz: 0.001,
      qw: 0.001,
      vx: 0.01,
      vy: 0.01,
      vz: 0.01,
      wx: 0.01,
      wy: 0.01,
      wz: 0.01,
    },
  },
  begin(random) {
    const within = (max: number) => (random() * 2 - 1) * max
    const bodies = Array.from({ length: count }, (): Body => {
      const body = { ...still, x: random() * roomSize, z: random() * roomSize }
      turn(body, within(1), within(1), within(1))
      return body
    })
    const push = (body: Body) => {
      body.asleep = false
      body.vx = within(8)
      body.vy = 4 + random() * 8
      body.vz = within(8)
      body.wx = within(6)
      body.wy = within(6)
      body.wz = within(6)
    }
    for (let tick = 0; tick < 100; tick++) {
      for (let pushes = drawInteger(random, maxPushes + 1); pushes > 0; pushes--) {
        push(bodies[drawInteger(random, count)]!)
      }
      for (const body of bodies) advance(body)
    }
    return {
      initialState: () => ({ rows: rowsOf(count, (index) => ({ ...bodies[index]! })) }),
      next: () => {
        for (let pushes = drawInteger(random, maxPushes + 1); pushes > 0; pushes--) {
          push(bodies[drawInteger(random, count)]!)
        }
        const moved: { id: string; body: Body }[] = []
        for (const [index, body] of bodies.entries()) {
          if (advance(body)) moved.push({ id: rowId(index), body: { ...body } })
        }
        return {
          changes: moved.length,
          play({ rows }) {
            for (const { id, body } of moved) copyBody(rows.edit(id), body)
          },
        }
      },
    }
  },
}

const still: Body = {
  x: 0,
  y: 0,
  z: 0,
  qx: 0,
  qy: 0,
  qz: 0,
  qw: 1,
  vx: 0,
  vy: 0,
  vz: 0,
  wx: 0,
  wy: 0,
  wz: 0,
  asleep: true,
}

/** What a game does that takes the bodies over from its engine: those that are awake, field by field. */
function copyBody(row: Body, body: Body): void {
  row.x = body.x
  row.y = body.y
  row.z = body.z
  row.qx = body.qx
  row.qy = body.qy
  row.qz = body.qz
  row.qw = body.qw
  row.vx = body.vx
  row.vy = body.vy
  row.vz = body.vz
  row.wx = body.wx
  row.wy = body.wy
  row.wz = body.wz
  row.asleep = body.asleep
}

/** Moves a body for one tick. @returns whether it was awake */
function advance(body: Body): boolean {
  if (body.asleep) return false
  body.vy -= gravity * dt
  body.x += body.vx * dt
  body.y += body.vy * dt
  body.z += body.vz * dt
  if (body.x < 0 || body.x > roomSize) {
    body.x = body.x < 0 ? -body.x : 2 * roomSize - body.x
    body.vx = -body.vx
  }
  if (body.z < 0 || body.z > roomSize) {
    body.z = body.z < 0 ? -body.z : 2 * roomSize - body.z
    body.vz = -body.vz
  }
  turn(body, body.wx * dt, body.wy * dt, body.wz * dt)
  if (body.y < 0) land(body)
  return true
}

function land(body: Body): void {
  body.y = 0
  if (body.vy > -restSpeed) {
    body.asleep = true
    body.vx = body.vy = body.vz = body.wx = body.wy = body.wz = 0
    return
  }
  body.vy *= -bounce
  body.vx *= bounce
  body.vz *= bounce
  body.wx *= bounce
  body.wy *= bounce
  body.wz *= bounce
}

/** Turns a body by small angles about the axes, and makes its quaternion one of length 1 again. */
function turn(body: Body, x: number, y: number, z: number): void {
  const { qx, qy, qz, qw } = body
  const [nx, ny, nz, nw] = [
    qx + (x * qw + y * qz - z * qy) / 2,
    qy + (y * qw + z * qx - x * qz) / 2,
    qz + (z * qw + x * qy - y * qx) / 2,
    qw - (x * qx + y * qy + z * qz) / 2,
  ]
  const length = Math.sqrt(nx * nx + ny * ny + nz * nz + nw * nw)
  body.qx = nx / length
  body.qy = ny / length
  body.qz = nz / length
  body.qw = nw / length
}

import { devtools } from '@tygase/devtools'
import type { Bursts } from '../bursts.js'
import { type Camera, isVisible } from '../camera.js'
import type { Canvas } from '../canvas.js'
import type { Frame } from '../frame.js'
import type { Trails } from '../trails.js'
import { drawBurst } from './burst.js'
import { drawDisc, drawProtection } from './discs.js'
import { drawFloor } from './floor.js'
import { drawLabel } from './labels.js'
import { drawPointer } from './pointer.js'
import { drawTrail } from './trail.js'

export interface Scene {
  frame: Frame
  camera: Camera
  trails: Trails
  bursts: Bursts
  /** The player's own id; undefined if it only watches. */
  me: string | undefined
  nowMs: number
  /** True: no motion beyond that of the game, so no trails, no sparks, no beat. */
  still: boolean
}

/** Time between two beats of the glow of *it*, in milliseconds. */
const beatMs = 900

/** Draws one picture, from the floor up. */
export function drawScene({ context, width, height, ratio }: Canvas, scene: Scene): void {
  const { frame, camera, trails, bursts, me, nowMs, still } = scene
  const { scale, offsetX, offsetY } = camera
  const it = frame.discs.find((disc) => disc.isIt)
  // *it* on top of the others, the own disc on top of all
  const discs = [...frame.discs].sort((a, b) => layer(a.isIt, a.clientId === me) - layer(b.isIt, b.clientId === me))

  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  context.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * offsetX, ratio * offsetY)
  drawFloor(context, it !== undefined && it.clientId === me)
  if (!still) for (const disc of discs) drawTrail(context, trails.of(disc.clientId), disc, nowMs)
  const beat = still ? 0.5 : 0.5 + 0.5 * Math.sin((nowMs / beatMs) * 2 * Math.PI)
  for (const disc of discs) drawDisc(context, disc, beat)
  if (it !== undefined && frame.protection > 0) drawProtection(context, it, frame.protection)
  for (const burst of bursts.active(nowMs)) drawBurst(context, burst, still)
  devtools.draw(context)

  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  for (const disc of discs) drawLabel(context, disc, camera, disc.clientId === me)
  if (it !== undefined && !isVisible(camera, width, height, it)) drawPointer(context, camera, width, height, it)
}

function layer(isIt: boolean, isMe: boolean): number {
  return (isMe ? 2 : 0) + (isIt ? 1 : 0)
}

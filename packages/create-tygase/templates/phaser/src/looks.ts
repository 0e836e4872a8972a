import type * as Phaser from 'phaser'
import { platforms, world } from './level.js'

type Pen = CanvasRenderingContext2D

/** How many pixels of a picture are one of the level: on a screen with small pixels it is sharp, too. */
const sharpness = 2

/** Pictures are drawn once, here: what a Graphics of Phaser holds is computed anew in each frame. */
export function drawTextures(scene: Phaser.Scene): void {
  draw(scene, 'level', world.width, world.height, drawLevel)
  draw(scene, 'star', 64, 64, drawStar)
  draw(scene, 'spark', 16, 16, (pen) => drawGlow(pen, 8, 8, 8, '#ffffff'))
}

function draw(scene: Phaser.Scene, key: string, width: number, height: number, paint: (pen: Pen) => void): void {
  const texture = scene.textures.createCanvas(key, width * sharpness, height * sharpness)
  if (texture === null) return
  texture.context.scale(sharpness, sharpness)
  paint(texture.context)
  texture.refresh()
}

/** A picture of `drawTextures`, in the size in which it was drawn. */
export function addPicture(scene: Phaser.Scene, key: string): Phaser.GameObjects.Image {
  return scene.add.image(0, 0, key).setScale(1 / sharpness)
}

/** What does not move. It has no sky: that of the page shines through from behind. */
function drawLevel(pen: Pen): void {
  for (let i = 0; i < 70; i++) {
    // scattered alike in each page
    pen.fillStyle = `rgb(255 255 255 / ${0.25 + (i % 4) * 0.15})`
    drawDisc(pen, (i * 379) % world.width, (i * i * 53) % 430, 1 + (i % 3) * 0.6)
  }
  drawGlow(pen, 1180, 170, 130, '#fff3d6')
  pen.fillStyle = '#fff3d6'
  drawDisc(pen, 1180, 170, 60)
  drawHills(pen, '#5b2f78', 560, 90, 260)
  drawHills(pen, '#3d2163', 660, 70, 190)
  for (const { x, y, width } of platforms) {
    const isGround = width === world.width
    drawBar(pen, '#24143f', x, y, width, isGround ? world.height - y : 34, isGround ? 0 : 15)
    drawBar(pen, '#58d68d', x, y - 4, width, 16, isGround ? 0 : 8)
    // grass hangs over the edge
    for (let blade = 14; blade < width - 14; blade += 22) drawDisc(pen, x + blade, y + 11, 5 + ((blade * 7) % 5))
    drawBar(pen, '#8ff0b6', x + 6, y - 4, width - 12, 5, 2.5)
  }
}

function drawHills(pen: Pen, color: string, top: number, height: number, length: number): void {
  pen.fillStyle = color
  pen.beginPath()
  pen.moveTo(0, world.height)
  for (let x = 0; x <= world.width; x += 10) {
    pen.lineTo(x, top + Math.sin(x / length) * height * 0.6 + Math.sin(x / (length * 0.37) + 2) * height * 0.4)
  }
  pen.lineTo(world.width, world.height)
  pen.fill()
}

function drawStar(pen: Pen): void {
  drawGlow(pen, 32, 32, 32, '#ffd54f')
  pen.lineJoin = 'round'
  pen.lineWidth = 4
  for (const [radius, color] of [
    [18, '#ffb300'],
    [15, '#ffe082'],
  ] as const) {
    pen.beginPath()
    for (let corner = 0; corner < 10; corner++) {
      const angle = (corner / 10) * 2 * Math.PI - Math.PI / 2
      const length = corner % 2 === 0 ? radius : radius * 0.5
      pen.lineTo(32 + Math.cos(angle) * length, 32 + Math.sin(angle) * length)
    }
    pen.closePath()
    pen.strokeStyle = color
    pen.stroke()
    pen.fillStyle = color
    pen.fill()
  }
}

function drawDisc(pen: Pen, x: number, y: number, radius: number): void {
  pen.beginPath()
  pen.arc(x, y, radius, 0, 2 * Math.PI)
  pen.fill()
}

function drawBar(pen: Pen, color: string, x: number, y: number, width: number, height: number, radius: number): void {
  pen.fillStyle = color
  pen.beginPath()
  pen.roundRect(x, y, width, height, radius)
  pen.fill()
}

/** Light that fades from the middle to the edge. */
function drawGlow(pen: Pen, x: number, y: number, radius: number, color: string): void {
  const gradient = pen.createRadialGradient(x, y, 0, x, y, radius)
  gradient.addColorStop(0, `${color}cc`)
  gradient.addColorStop(0.4, `${color}44`)
  gradient.addColorStop(1, `${color}00`)
  pen.fillStyle = gradient
  drawDisc(pen, x, y, radius)
}

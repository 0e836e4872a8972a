import { frameMs } from '../run/record.js'
import type { Status } from '../stage/messages.js'
import { element, setText } from './dom.js'

interface TimelineCalls {
  play(isOn: boolean): void
  look(place: number | undefined): void
  skip(): void
  takeOver(): void
}

/** Pause, the versions that were kept, and the fingerprint of the run. */
export class Timeline {
  readonly #play = element('play', HTMLButtonElement)
  readonly #scrubber = element('scrubber', HTMLInputElement)
  readonly #version = element('version', HTMLOutputElement)
  readonly #skip = element('skip', HTMLButtonElement)
  readonly #takeOver = element('take-over', HTMLButtonElement)
  readonly #print = element('print', HTMLElement)

  constructor({ play, look, skip, takeOver }: TimelineCalls) {
    this.#play.onclick = () => play(this.#play.dataset.on !== 'true')
    this.#scrubber.oninput = () => look(Number(this.#scrubber.value))
    this.#skip.onclick = skip
    this.#takeOver.onclick = takeOver
  }

  /** @param expected the fingerprint of the link that is played again; undefined for a run of one's own */
  show(status: Status, expected: string | undefined): void {
    const { isPlaying, isReplay, isLooking, moments, place, shownVersion, fingerprint, frame, replayFrames } = status
    const isOver = isReplay && frame >= replayFrames
    this.#play.dataset.on = String(isPlaying)
    this.#play.textContent = isPlaying ? '❚❚' : '▶'
    this.#play.ariaLabel = isPlaying ? 'Pause' : 'Play'
    this.#play.disabled = isOver && !isLooking
    this.#scrubber.max = String(Math.max(0, moments - 1))
    if (!this.#scrubber.matches(':active')) this.#scrubber.value = String(place)
    const length = isReplay ? ` of ${secondsOf(replayFrames)}` : ''
    setText(
      this.#version,
      isLooking ? `version ${shownVersion}` : `version ${status.version} · ${secondsOf(frame)}${length} s`,
    )
    this.#skip.hidden = !isReplay || isOver
    this.#takeOver.hidden = !isReplay || !isOver
    const isSame = isOver && expected === fingerprint
    setText(this.#print, isSame ? `✓ same run ${fingerprint}` : isOver ? `✗ another run ${fingerprint}` : fingerprint)
    this.#print.classList.toggle('same', isSame)
    this.#print.classList.toggle('other', isOver && !isSame)
  }
}

/** The length of so many frames in whole seconds. */
export function secondsOf(frames: number): string {
  return ((frames * frameMs) / 1000).toFixed(0)
}

import { type RoomList, watchRooms } from '@tygase/client'
import { element } from '@tygase/frame/page'

/** The rooms that there are, below the form: they come, fill and go while the player thinks of a name. */
export class Rooms {
  readonly #section = element('rooms', HTMLElement)
  readonly #items = element('room-list', HTMLUListElement)
  readonly #onJoin: (id: string) => void
  #list: RoomList | undefined
  /** Gives up connecting. */
  readonly #gone = new AbortController()

  /** @param onJoin called with the id of the room that the player has chosen */
  constructor(url: string, onJoin: (id: string) => void) {
    this.#onJoin = onJoin
    void this.#open(url)
  }

  /** Looks no more. */
  close(): void {
    this.#gone.abort()
    void this.#list?.close()
    this.#section.hidden = true
  }

  async #open(url: string): Promise<void> {
    const { signal } = this.#gone
    try {
      // nobody waits for it: it comes when the server answers
      this.#list = await watchRooms(url, { kind: 'arena' }, { signal, timeoutMs: Number.POSITIVE_INFINITY })
    } catch {
      // the form leads into a room without the list, too
      return
    }
    if (signal.aborted) return void this.#list.close()
    this.#list.subscribe(() => this.#show())
    this.#show()
  }

  #show(): void {
    // versions come until the server has heard that nobody looks
    if (this.#gone.signal.aborted) return
    const rooms = this.#list?.rooms ?? []
    this.#section.hidden = rooms.length === 0
    this.#items.replaceChildren(
      ...rooms.map(({ id, clients, maxClients, open, metadata }) => {
        const button = document.createElement('button')
        button.type = 'button'
        button.disabled = !open
        button.onclick = () => this.#onJoin(id)
        const [name, count] = [document.createElement('b'), document.createElement('span')]
        name.textContent = id
        const people = Number(metadata.people ?? 0)
        count.textContent = `${people} ${people === 1 ? 'person' : 'people'}, ${clients - people} bots of ${maxClients}`
        button.append(name, count)
        const item = document.createElement('li')
        item.append(button)
        return item
      }),
    )
  }
}

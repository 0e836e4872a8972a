import { ClientError, type Connection, connect, watchRooms } from '@tygase/client'
import { predict } from '@tygase/client/predict'
import { frost } from './game.js'

const server = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`

/** Asks for a name and a room until a server lets this player in. */
export async function enter(): Promise<Connection<typeof frost>> {
  const form = document.querySelector('form')!
  const [name, room] = [form.querySelector('input')!, form.querySelector('select')!]
  const refusal = document.querySelector('#refusal')!
  const stop = keepListing(room)
  // a page that was loaded again goes on under its name, in the room of its link
  name.value = sessionStorage.getItem('name') ?? ''
  let knows = name.value !== '' && location.hash !== ''
  for (;;) {
    if (!knows) await submitted(form)
    knows = false
    try {
      const options = { game: frost, predict: predict(), data: { name: name.value } }
      const connection = await connect(`${server}/frost/${room.value}`, options)
      location.hash = connection.room.id // the address of the page is an invite link now
      sessionStorage.setItem('name', name.value)
      form.hidden = true
      stop()
      return connection
    } catch (error) {
      if (!(error instanceof ClientError)) throw error
      if (error.refusal?.code === 'game_outdated') location.reload()
      refusal.textContent = error.refusal?.message ?? error.message
    }
  }
}

function submitted(form: HTMLFormElement): Promise<void> {
  form.hidden = false
  return new Promise((resolve) => {
    form.onsubmit = (event) => {
      event.preventDefault()
      resolve()
    }
  })
}

/** Offers the room of the link, or a new room and those with a free place, as they come and go. */
function keepListing(select: HTMLSelectElement): () => void {
  const invited = location.hash.slice(1)
  if (invited !== '') {
    select.add(new Option(`Room ${invited}`, invited))
    return () => {}
  }
  select.add(new Option('A new room', Math.random().toString(36).slice(2, 6)))
  const watched = watchRooms(server, { kind: 'frost', open: true }).then((list) => {
    const show = (): void => {
      const chosen = select.value
      for (const option of [...select.options].slice(1)) option.remove()
      for (const { id, clients, maxClients } of list.rooms) {
        select.add(new Option(`Room ${id}: ${clients} of ${maxClients}`, id))
      }
      if (list.rooms.some(({ id }) => id === chosen)) select.value = chosen
    }
    list.subscribe(show)
    show()
    return list
  })
  return () => void watched.then((list) => list.close())
}

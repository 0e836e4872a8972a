import type { Immutable, ReadonlyEntityMap } from '@tygase/gamestate'
import { useState } from 'preact/hooks'
import type { ClientRow, EventInfo } from '../../../src/shared/look-game.js'
import type { Ask } from '../live/look.js'
import { firstValue, readSchema } from '../parts/json-schema.js'
import { SchemaForm } from '../parts/schema-form.js'
import { clientName } from './names.js'

export interface SendProps {
  events: readonly Immutable<EventInfo>[]
  clients: ReadonlyEntityMap<ClientRow>
  ask: Ask
  onNotice: (text: string, isBad?: boolean) => void
}

/** Sends an event by hand: to the rules, in the name of the server or of a client, or to clients. */
export function SendPanel({ events, clients, ask, onNotice }: SendProps) {
  const [name, setName] = useState(events[0]?.name ?? '')
  const event = events.find((each) => each.name === name) ?? events[0]
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>({})
  const [client, setClient] = useState('')
  if (event === undefined) return <p class="empty">The rules of this room know no events.</p>
  const schema = readSchema(event.schema)
  const value = event.name in values ? values[event.name] : schema && firstValue(schema)
  const isOut = event.from === 'out'
  const send = async (submit: Event): Promise<void> => {
    submit.preventDefault()
    const data = value === undefined ? {} : { data: value }
    try {
      if (isOut) await ask('dispatch', { name: event.name, ...data, ...(client !== '' && { to: [client] }) })
      else await ask('send', { name: event.name, ...data, ...(client !== '' && { clientId: client }) })
      onNotice(`“${event.name}” was sent.`)
    } catch (error) {
      onNotice((error as Error).message, true)
    }
  }
  const group = (from: EventInfo['from'], label: string) => {
    const own = events.filter((each) => each.from === from)
    if (own.length === 0) return null
    return (
      <optgroup label={label}>
        {own.map((each) => (
          <option key={each.name} value={each.name}>
            {each.name}
          </option>
        ))}
      </optgroup>
    )
  }
  return (
    <form class="form note" onSubmit={send}>
      <div class="line">
        <label class="stack">
          Event
          <select aria-label="Event" value={event.name} onChange={({ currentTarget }) => setName(currentTarget.value)}>
            {group('client', 'To the rules')}
            {group('server', 'To the rules, from the server alone')}
            {group('out', 'To clients')}
          </select>
        </label>
        <label class="stack">
          {isOut ? 'To' : 'As'}
          <select
            aria-label={isOut ? 'To' : 'As'}
            value={client}
            onChange={({ currentTarget }) => setClient(currentTarget.value)}
          >
            <option value="">{isOut ? 'all clients' : 'the server'}</option>
            {event.from !== 'server' &&
              [...clients].map(([id, row]) => (
                <option key={id} value={id}>
                  {clientName(id, row)}
                </option>
              ))}
          </select>
        </label>
      </div>
      {(event.hasSchema || isOut) && (
        <SchemaForm
          key={event.name}
          schema={schema}
          value={value}
          onChange={(next) => setValues({ ...values, [event.name]: next })}
        />
      )}
      <div class="line">
        <button type="submit" class="primary">
          Send
        </button>
      </div>
    </form>
  )
}

import type { MetricsReading } from '../../../src/metrics/metrics-reading.js'
import { Bars } from '../parts/bars.js'
import { bytes, count, percent } from '../parts/format.js'

/** What was counted since the start of the server. */
export function Figures({ reading }: { reading: MetricsReading }) {
  const { packets, deliveries, encode, counts, refusals, rooms, queues, journal } = reading
  const hits = encode.sent === 0 ? 0 : 1 - encode.made / encode.sent
  const share = (part: number): string => (deliveries.sent === 0 ? '' : percent(part / deliveries.sent))
  return (
    <div class="figures">
      <Table
        title="Packets and events"
        rows={[
          ['packets out', count(packets.assembled), bytes(counts.bytesOut)],
          ['packets in', count(packets.received), bytes(counts.bytesIn)],
          ['events out', count(deliveries.sent), `${count(counts.eventsResent)} again`],
          ['acked', count(deliveries.acked), share(deliveries.acked)],
          ['timed out', count(deliveries.timedOut), share(deliveries.timedOut)],
          ['pending', count(deliveries.pending), share(deliveries.pending)],
        ]}
      />
      <Table
        title="State"
        rows={[
          ['states sent', count(encode.sent), bytes(counts.stateBytes)],
          ['states encoded', count(encode.made), `${percent(hits)} cached`],
          ['writes skipped', count(counts.writesSkipped), ''],
          ['snapshots asked', count(counts.snapshotsAsked), ''],
          ['events in', count(counts.eventsIn), `${count(counts.lateEvents)} late`],
          ['replicas diverged', count(counts.replicasDiverged), ''],
        ]}
      />
      <Table
        title="Queues"
        rows={[
          ['events that wait', count(queues.waitingEvents), ''],
          ['handshakes', count(queues.handshakes), ''],
          ['clients that arrive', count(queues.arrivals), ''],
          ['in sockets', bytes(queues.bufferedBytes), ''],
          ['journal', bytes(journal.waitingBytes), `${count(journal.failures)} failures`],
          ['pauses of reading', count(counts.readPauses), ''],
        ]}
      />
      <div class="both">
        <section class="panel" aria-label="Refusals">
          <header>
            <h3>Refusals</h3>
            <span class="muted">since the start</span>
          </header>
          <Bars rows={Object.entries(refusals)} format={count} empty="Nothing was refused." />
        </section>
        <section class="panel" aria-label="Rooms by kind">
          <header>
            <h3>Rooms by kind</h3>
          </header>
          <Bars rows={Object.entries(rooms.byKind)} format={count} empty="No room is open." />
        </section>
      </div>
    </div>
  )
}

function Table({ title, rows }: { title: string; rows: readonly (readonly [string, string, string])[] }) {
  return (
    <section class="panel" aria-label={title}>
      <header>
        <h3>{title}</h3>
      </header>
      <table>
        <tbody>
          {rows.map(([name, value, note]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="number">{value}</td>
              <td class="number muted">{note}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

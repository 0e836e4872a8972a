/**
 * A case of the systems that this project grew from, in this project's words.
 * @typedef {object} SeedCase
 * @property {string} id P: from PyGaSe; M: from MpGameServer; G: from gamelib; R: from the terminal RPG; C: from the channel server
 * @property {string} about the behaviour that must hold
 * @property {string} [later] the reason why the case has no test yet
 */

const datagrams = 'comes with encrypted datagrams'

/** @type {readonly SeedCase[]} */
export const seedCases = [
  { id: 'P1', about: 'A store begins at version 0 with the given state. Its machine does not run yet.' },
  {
    id: 'P2',
    about:
      'The store refuses a version that is not newer, and changes nothing. A newer version becomes the current one.',
  },
  { id: 'P3', about: 'A change of one leaf leaves all other leaves as they are.' },
  { id: 'P4', about: 'Deleting a key works at every level. Deleting a missing key leaves no trace.' },
  { id: 'P5', about: 'Lists and single values are replaced whole. One kind of value may follow another.' },
  { id: 'P6', about: 'A chain of deltas and the one delta across it lead to the same version.' },
  { id: 'P7', about: 'A version that was handed out never changes, whatever is committed later.' },
  {
    id: 'P8',
    about:
      'A bad state is refused. The window of versions is bounded, its list is a copy, and its deltas reach the last version.',
  },
  {
    id: 'P9',
    about:
      'Every kind of value makes the round trip. Numbers stay exact unless the game declares rounding. Wrong bytes give a coded error.',
  },
  {
    id: 'P10',
    about:
      'Versions continue beyond 32,767, 65,535 and 2^32. A client that joins then has the whole state within a second.',
  },
  {
    id: 'P11',
    about: 'Port 0 gives a real port. Before `run` and after `shutdown` there is neither port nor host name.',
  },
  { id: 'P12', about: '`run` rejects with a code if the port is taken.' },
  { id: 'P13', about: 'After `shutdown` the port can be bound at once.' },
  { id: 'P14', about: '`shutdown` twice, or before `run`, neither throws nor hangs.' },
  {
    id: 'P15',
    about: 'A server that runs again in time finds its clients: same ids, state without a new join, events both ways.',
  },
  {
    id: 'P16',
    about:
      'The first client is host. Only the host client may shut the server down, and no forged request does. If the host leaves, another client becomes host.',
  },
  { id: 'P17', about: 'An event to all clients reaches each client once, with all its data.' },
  { id: 'P18', about: 'An event to one client reaches that client. An unknown client is an error that names the id.' },
  { id: 'P19', about: 'Data are fields of one payload. No field can pass for the id of the sender.' },
  { id: 'P20', about: 'Dispatching works from handlers, acks, rules and subscribers.' },
  {
    id: 'P21',
    about: 'An ack comes once, after the handler has run, with the client. No ack comes from a client that is gone.',
  },
  {
    id: 'P22',
    about:
      'With three retries, two lost packets do no harm, and four lost packets fail once. Without retries nothing is sent again.',
  },
  { id: 'P23', about: 'A lost ack does not make a handler run twice.' },
  {
    id: 'P24',
    about: "A broadcast with retries reaches clients on good networks once, even if another client's network is bad.",
  },
  { id: 'P25', about: 'Events without an ack fail when their client leaves, and free their memory.' },
  {
    id: 'P26',
    about:
      'Events for a suspended session wait within a bound. Beyond the bound, or when the session ends, they fail with a code.',
  },
  {
    id: 'P27',
    about: 'Dispatching without a connection is an error. An event without a handler is counted and harms nothing.',
  },
  {
    id: 'P28',
    about:
      'A client takes a handler off with its off function; a new registration then replaces it. A handler is a function, synchronous or asynchronous. Events of one client keep their order.',
  },
  {
    id: 'P29',
    about: 'A handler that throws or rejects is logged. The connection, other clients and the game continue.',
  },
  { id: 'P30', about: 'A rule gets state, data and sender. A rule that returns nothing changes nothing by that.' },
  { id: 'P31', about: 'Changes of different fields by events of one tick all survive.' },
  { id: 'P32', about: 'The loop keeps its rate, and its steps add up to the time that has passed.' },
  {
    id: 'P33',
    about:
      'Clients see that the game has stopped. Running again continues with the same state. A rule may stop the game.',
  },
  {
    id: 'P34',
    about: 'Events that do not fit into a tick wait for the next one. None is lost, and the loop keeps its rate.',
  },
  { id: 'P35', about: 'A client that joins after 1,000 changes has the whole state at once, then gets deltas.' },
  { id: 'P36', about: 'A client that was silent for longer than versions are kept gets a whole state and ends equal.' },
  {
    id: 'P37',
    about:
      'Over loss, duplicates, reordering and jitter a replica never goes back. It is right within a second of the last change.',
  },
  {
    id: 'P38',
    about: 'States of 100 kB and 1 MB arrive. A state above a limit gives a code and harms no other client.',
  },
  { id: 'P39', about: "A client's own edits to its replica never reach the server." },
  { id: 'P40', about: 'A datagram that comes five times is handled once and counted.' },
  { id: 'P41', about: 'No bytes stop a server: each run sends more than a hundred thousand random inputs.' },
  { id: 'P42', about: 'Acks name exactly the handled events, for each order of arrival and each gap.' },
  { id: 'P43', about: 'The smoothed round-trip time is that of the network within a tenth.' },
  { id: 'P44', about: 'A client whose transport is full is skipped step by step, and one delta catches it up.' },
  {
    id: 'P45',
    about:
      'A client that vanishes is suspended, and the hook runs once. If it comes back in time, it has the current state.',
  },
  { id: 'P46', about: 'Without a server `connect` rejects in time. A server that starts late is found.' },
  { id: 'P47', about: 'A client that leaves ends its session at the server at once.' },
  { id: 'P48', about: 'Connecting and leaving again and again leaves nothing behind.' },
  {
    id: 'P49',
    about:
      '`waitUntil` resolves with the first version that fits. It rejects in time, or with the error of the predicate.',
  },
  { id: 'P50', about: 'A client in the process of the server has the same interface, without sockets.' },
  {
    id: 'P51',
    about:
      "PyGaSe's game Chase: each client gets its player, the first is the chaser, a catch swaps the two and protects for 5 s.",
  },
  {
    id: 'P52',
    about: "PyGaSe's game Drunken Master: a hit takes 10 health, and sends an event to the attacker alone.",
  },
  {
    id: 'M1',
    about: 'The life of a server has an order: start, connect, events, ticks, one disconnect, shutdown last.',
  },
  { id: 'M2', about: 'An echo server takes a few lines.' },
  { id: 'M3', about: 'A server can keep clients by their ids and send an event to all of them.' },
  { id: 'M4', about: "A client's id is unique, stays through a resume, and says nothing about its address." },
  { id: 'M5', about: 'A client trusts the certificate that its options name, and no other.' },
  { id: 'M6', about: 'Another version of the protocol is refused with a reason, at once.' },
  { id: 'M7', about: 'If no server answers, the attempt ends once, in time.' },
  { id: 'M8', about: 'An unfinished handshake is dropped in time and never becomes a client.' },
  { id: 'M9', about: 'A flood of hellos uses bounded memory, and an honest client still gets in.' },
  { id: 'M10', about: 'Any packet of the handshake may be lost once.' },
  {
    id: 'M11',
    about:
      'A blocked address is refused before the server parses a byte, in all forms of the address. The list may change at any time.',
  },
  { id: 'M12', about: 'Connections go to the access log that the options name, and nowhere else.' },
  { id: 'M13', about: 'A packet that comes before the handshake is not handled.' },
  { id: 'M14', about: 'Any single flipped bit leads to a drop or a coded end, and harms no other client.' },
  { id: 'M15', about: 'Plain packets within an encrypted session are refused.', later: datagrams },
  { id: 'M16', about: 'An old datagram that is played again is refused.', later: datagrams },
  { id: 'M17', about: 'A packet that is sent back to its sender is refused.', later: datagrams },
  {
    id: 'M18',
    about: 'Without retries, a lost event fails once within a second. An event that arrives is acked once.',
  },
  {
    id: 'M19',
    about:
      'With some retries, an event that is lost three times still arrives once. The handler may have run although the sender gets a timeout.',
  },
  {
    id: 'M20',
    about:
      'With endless retries, each event arrives exactly once although half of all packets are lost. It fails once if the session ends.',
  },
  { id: 'M21', about: 'A duplicate datagram is counted, and its events are handled once.' },
  { id: 'M22', about: 'An event that is sent again is handled once, also behind hundreds of other events.' },
  { id: 'M23', about: 'Three events in quick succession go out in one packet and are handled in order.' },
  { id: 'M24', about: 'An event of exactly the allowed size goes through. One byte more is refused at the call.' },
  { id: 'M25', about: 'A message larger than a datagram is put together from parts.', later: datagrams },
  { id: 'M26', about: 'More events in flight than a window of acks holds cause no false timeout.', later: datagrams },
  { id: 'M27', about: 'A quiet connection stays up.' },
  { id: 'M28', about: 'A silent client is closed after the configured time.' },
  { id: 'M29', about: 'The server may end a session: the client learns the reason, and the hook runs once.' },
  { id: 'M30', about: 'Leaving waits for the server only a moment.' },
  { id: 'M31', about: 'Each status is reached in the right case.' },
  { id: 'M32', about: 'A hook, handler or callback that throws is logged, and the game continues.' },
  { id: 'M33', about: 'Counts match a scripted run exactly.' },
  { id: 'M34', about: 'A view shows connections, packets and time.' },
  { id: 'M35', about: 'HTTP routes match by pattern, each refusal with its status.' },
  { id: 'M36', about: 'WebSockets work beside HTTP, with frames in pieces and several frames at once.' },
  { id: 'M37', about: 'Work outside the loop comes back as a result on a tick.' },
  { id: 'M38', about: 'Passwords are stored as hashes and verified.' },
  { id: 'M39', about: 'A tool makes keys that other users of the machine cannot read.', later: datagrams },
  {
    id: 'M40',
    about:
      'Each event goes to the handler of its name. Unknown events are refused, and a second handler at the server is an error until the first is taken off.',
  },
  { id: 'G1', about: 'A client with a good token for a room is let in, and the rules know its user.' },
  {
    id: 'G2',
    about: 'Without a token, or with a bad, expired or foreign one, no client is let in and no room is made.',
  },
  { id: 'G3', about: 'A token comes in the first packet or in a header. No URL needs one.' },
  { id: 'G4', about: 'Without authentication two room ids are two rooms.' },
  { id: 'G5', about: 'Events in a room reach its members and no other client.' },
  {
    id: 'G6',
    about: 'An unknown, malformed or too large request is answered with a code and does not touch other clients.',
  },
  {
    id: 'G7',
    about: 'A rule that refuses sends its reason to the sender. A rule that fails sends the failure, and is logged.',
  },
  { id: 'G8', about: 'Fifty clients that join a new room at once make one room.' },
  {
    id: 'G9',
    about:
      'A room ends a grace time after its last member has left. A client that joins later finds a new room, or the saved one.',
  },
  {
    id: 'G10',
    about: 'A client that is cut off is noticed. A client that takes nothing is closed without harm to the senders.',
  },
  { id: 'G11', about: 'Stopping ends every session with a code, and resolves in time.' },
  {
    id: 'G12',
    about: 'Configuration has defaults and is read from the environment. All wrong variables are named at once.',
  },
  {
    id: 'G13',
    about: 'One user who connects twice is there twice, or the newer session replaces the older one, by option.',
  },
  {
    id: 'G14',
    about: 'Events that are sent while a client joins all reach it from the point of the join, with no gap.',
  },
  { id: 'R1', about: 'A player who logs in gets its id and the list of players. The other players are notified.' },
  {
    id: 'R2',
    about: 'A wrong password and an unknown user get the same answer at the same cost. Repeated attempts are limited.',
  },
  {
    id: 'R3',
    about:
      'Another version of the protocol, or a line that is no command, is refused with a reason. The server continues.',
  },
  {
    id: 'R4',
    about:
      'A player who walks arrives exactly, at five units a second, in any direction. A value that is no number is refused.',
  },
  { id: 'R5', about: 'A spoken line reaches every player, the speaker too, character for character.' },
  { id: 'R6', about: 'A player who is silent for the idle time is disconnected. One word is enough to stay.' },
  {
    id: 'R7',
    about: 'A line without an end is refused at a bound. Many lines at once, and a line in parts, are both read.',
  },
  { id: 'R8', about: 'A client that does not read is closed at a bound.' },
  { id: 'R9', about: 'Before the login no other command is obeyed. Unknown commands get an answer.' },
  { id: 'R10', about: 'The world steps at its rate, and catches up after a pause.' },
  { id: 'R11', about: 'Logged-in players are notified of each player who comes or goes. Ids are not used again.' },
  {
    id: 'R12',
    about:
      'Killing the process while it saves leaves the old or the new record. A player comes back at the saved place.',
  },
  { id: 'R13', about: 'A second login of a name ends the first.' },
  { id: 'R14', about: 'A tool creates users, refuses taken and unsafe names, and stores hashes.' },
  { id: 'R15', about: 'A goodbye ends a session cleanly, and a lost peer is noticed at once.' },
  { id: 'R16', about: 'A program gets events without asking. Using a closed connection is an error.' },
  { id: 'R17', about: 'A client that floods does not slow the others.' },
  {
    id: 'C1',
    about: 'A client that connects gets a welcome, has a unique name, and can ask how long it has been connected.',
  },
  { id: 'C2', about: 'Help lists exactly the commands. An unknown command is an error with a hint.' },
  { id: 'C3', about: 'A text is reversed, character by character.' },
  { id: 'C4', about: 'The welcome can be changed, within a length and without control characters.' },
  {
    id: 'C5',
    about: 'The list of clients has every active client. A client that has left is in the history with its end.',
  },
  { id: 'C6', about: 'A message in a channel reaches each subscriber at once, and once. Unknown channels are errors.' },
  {
    id: 'C7',
    about:
      'Texts and JSON go through the same channel and keep their type. Invalid JSON is an error, and the client stays connected.',
  },
  { id: 'C8', about: 'The history of clients survives reconnects, within a bound.' },
  {
    id: 'C9',
    about: 'Servers that know each other list each other, and notice a server that is gone.',
  },
  { id: 'C10', about: 'New clients go to the server with the least load, within limits and weights.' },
  { id: 'C11', about: 'Servers and clients cannot pass for each other.' },
  {
    id: 'C12',
    about: 'A message that is published at one server reaches subscribers at another server, once.',
  },
]

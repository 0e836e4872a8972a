/**
 * The cases of the systems that this project grew from, in this project's words.
 * @typedef {object} SeedCase
 * @property {string} id P: from PyGaSe; M: from MpGameServer; G: from gamelib; R: from the terminal RPG; C: from the channel server
 * @property {string} about what has to hold
 * @property {string} [later] why it has no test yet, where it has none
 */

const datagrams = 'comes with encrypted datagrams'
const metrics = 'comes with metrics'
const servers = 'several servers come later'

/** @type {readonly SeedCase[]} */
export const seedCases = [
  { id: 'P1', about: 'A store begins at version 0 with the state that it was given, and a machine that does not run.' },
  {
    id: 'P2',
    about: 'A version that is not newer is refused and changes nothing; a newer one becomes the current one.',
  },
  { id: 'P3', about: 'A change of one leaf leaves all others as they are.' },
  { id: 'P4', about: 'Deleting a key works at every level, and leaves no trace where there was none.' },
  { id: 'P5', about: 'Lists and single values are replaced whole; one kind of value may follow another.' },
  { id: 'P6', about: 'A chain of deltas and the one delta across it lead to the same version.' },
  { id: 'P7', about: 'What was handed out never changes, whatever is committed later.' },
  {
    id: 'P8',
    about:
      'A bad state is refused; the window of versions is bounded, its list a copy, and its deltas reach the last version.',
  },
  {
    id: 'P9',
    about:
      'Every kind of value makes the round trip, numbers exactly unless rounding is declared; wrong bytes give a coded error.',
  },
  {
    id: 'P10',
    about: 'Versions go on beyond 32,767, 65,535 and 2^32, and who joins then has the whole state within a second.',
  },
  {
    id: 'P11',
    about: 'Port 0 gives a real port; before `run` and after `shutdown` there is neither port nor host name.',
  },
  { id: 'P12', about: 'A port that is taken rejects `run` with a code that says so.' },
  { id: 'P13', about: 'After `shutdown` the port can be bound at once.' },
  { id: 'P14', about: '`shutdown` twice, or before `run`, neither throws nor hangs.' },
  {
    id: 'P15',
    about: 'A server that runs again in time finds its clients: same ids, state without a new join, events both ways.',
  },
  {
    id: 'P16',
    about:
      'The first client is host; only its wish to shut the server down is obeyed, no forged one; when it leaves, the role is handed over.',
  },
  { id: 'P17', about: 'An event to all reaches every client once, with all that it carries.' },
  { id: 'P18', about: 'An event to one client reaches that one; an unknown client is an error that names it.' },
  { id: 'P19', about: 'Data are fields of one payload; none of them can pass for the id of the sender.' },
  { id: 'P20', about: 'Dispatching works from handlers, acks, rules and subscribers.' },
  {
    id: 'P21',
    about: 'An ack comes once, after the handler has run, with the connection; never from a client that is gone.',
  },
  {
    id: 'P22',
    about:
      'Retries: two lost of four sendings are made up for; four lost fail once; without retries nothing is sent again.',
  },
  { id: 'P23', about: 'A lost ack does not make a handler run twice.' },
  {
    id: 'P24',
    about: 'A broadcast with retries comes once to those whose network is good, however bad that of another one is.',
  },
  { id: 'P25', about: 'Events without an ack fail when their client leaves, and nothing of them is kept.' },
  {
    id: 'P26',
    about: 'Events for a suspended session wait within a bound, and fail with a code beyond it or in the end.',
  },
  {
    id: 'P27',
    about:
      'Dispatching before there is a connection is an error; an event without a handler is counted and harms nothing.',
  },
  {
    id: 'P28',
    about:
      'The handler registered last counts; it is a function, at once or asynchronous; events of a client keep their order.',
  },
  { id: 'P29', about: 'A handler that throws or rejects is logged, and connection, other clients and game go on.' },
  { id: 'P30', about: 'A rule gets state, data and sender; one that returns nothing changes nothing by that.' },
  { id: 'P31', about: 'Changes of different fields by events of one tick all survive.' },
  { id: 'P32', about: 'The loop keeps its rate, and its steps add up to the time that has passed.' },
  {
    id: 'P33',
    about: 'Stopping is visible to clients; running again goes on with the same state; a rule may stop the game.',
  },
  { id: 'P34', about: 'More events than fit into a tick wait for the next one; none is lost and the rate is kept.' },
  { id: 'P35', about: 'Who joins after 1,000 changes has the whole state at once, then gets deltas.' },
  { id: 'P36', about: 'Who was silent for longer than versions are kept gets a whole state and ends equal.' },
  {
    id: 'P37',
    about:
      'Over loss, doubles, reordering and jitter a replica never goes back, and is right within a second of the last change.',
  },
  { id: 'P38', about: 'States of 100 kB and 1 MB arrive; what is above a limit gives a code and harms nobody else.' },
  { id: 'P39', about: 'What a client does to its replica never reaches the server.' },
  { id: 'P40', about: 'A datagram that comes five times is handled once and counted.' },
  { id: 'P41', about: 'No bytes whatever stop a server: hundreds of thousands of them in each run.' },
  { id: 'P42', about: 'Acks say exactly what was handled, for each order of arrival and each gap.' },
  { id: 'P43', about: 'The smoothed round-trip time is that of the network within a tenth.' },
  { id: 'P44', about: 'A client whose transport is full is skipped step by step, and one delta makes up.' },
  {
    id: 'P45',
    about: 'A client that vanishes is suspended and told of once; in time it comes back to the state of now.',
  },
  { id: 'P46', about: 'Without a server `connect` rejects in time; a server that starts late is found.' },
  { id: 'P47', about: 'Leaving tells the server at once.' },
  { id: 'P48', about: 'Connecting and leaving again and again leaves nothing behind.' },
  {
    id: 'P49',
    about:
      '`waitUntil` resolves with the first version that will do, and rejects in time or with what the predicate throws.',
  },
  { id: 'P50', about: 'A client in the process of the server has the same interface, without sockets.' },
  { id: 'M1', about: 'The life of a server in order: start, connect, events, ticks, disconnect once, shutdown last.' },
  { id: 'M2', about: 'An echo is a few lines.' },
  { id: 'M3', about: 'Clients can be kept by their ids and told something all together.' },
  { id: 'M4', about: "A client's id is its own, stays through a resume, and says nothing of its address." },
  { id: 'M5', about: 'A client trusts the certificate that it was told to trust, and no other.' },
  { id: 'M6', about: 'Another version of the protocol is refused with a reason, at once.' },
  { id: 'M7', about: 'Where there is no server the attempt ends once, in time.' },
  { id: 'M8', about: 'A handshake that is begun and not finished is dropped in time and never becomes a client.' },
  { id: 'M9', about: 'A flood of hellos is bounded in memory, and an honest client still gets in.' },
  { id: 'M10', about: 'Any packet of the handshake may be lost once.' },
  {
    id: 'M11',
    about:
      'A blocked address is turned away before anything is parsed, in all forms of it; the list may change at any time.',
  },
  { id: 'M12', about: 'The access log goes where it is told to, and nowhere else.' },
  { id: 'M13', about: 'What a stranger sends before the handshake is not handled.' },
  { id: 'M14', about: 'Any single flipped bit leads to a drop or a coded end, and harms nobody else.' },
  { id: 'M15', about: 'Plain packets within an encrypted session are refused.', later: datagrams },
  { id: 'M16', about: 'An old datagram that is played again is refused.', later: datagrams },
  { id: 'M17', about: 'A packet that is sent back to its sender is refused.', later: datagrams },
  { id: 'M18', about: 'Without retries, what is lost fails once in a second, what arrives is acked once.' },
  {
    id: 'M19',
    about:
      'With some retries, what is lost three times still comes once; it may have been handled though a timeout is told.',
  },
  {
    id: 'M20',
    about:
      'Retried until acked, all comes exactly once through half of all packets lost; at the end of a session it fails once.',
  },
  { id: 'M21', about: 'A doubled datagram is counted, its events are handled once.' },
  { id: 'M22', about: 'An event that is written again is handled once, also behind hundreds of others.' },
  { id: 'M23', about: 'Three events in quick succession go out in one packet and are handled in order.' },
  { id: 'M24', about: 'An event of exactly the allowed size goes through; one byte more is refused at the call.' },
  { id: 'M25', about: 'What is larger than a datagram is put together from parts.', later: datagrams },
  { id: 'M26', about: 'More under way than a window of acks holds times nothing out by mistake.', later: datagrams },
  { id: 'M27', about: 'A quiet connection stays up.' },
  { id: 'M28', about: 'A silent client is given up after the time that was set.' },
  { id: 'M29', about: 'The server may end a session: the client is told, the hook is called once.' },
  { id: 'M30', about: 'A client that leaves is waited for a moment at most.' },
  { id: 'M31', about: 'Each status is reached in the right case.' },
  { id: 'M32', about: 'Whatever throws, hook, handler or callback: it is logged and the game goes on.' },
  { id: 'M33', about: 'Counts match a scripted run exactly.' },
  { id: 'M34', about: 'A view of connections, packets and time.', later: metrics },
  { id: 'M35', about: 'HTTP routes by pattern, with their refusals.' },
  { id: 'M36', about: 'WebSockets beside HTTP, in pieces and in heaps.' },
  { id: 'M37', about: 'Work outside of the loop comes back as a result on a tick.' },
  { id: 'M38', about: 'Passwords are kept as hashes and verified.' },
  { id: 'M39', about: 'Keys are made by a tool, and not for all to read.', later: datagrams },
  {
    id: 'M40',
    about: 'Messages go to the handler of their kind; unknown and doubled ones are errors.',
  },
  { id: 'G1', about: 'A client with a good token for a room is let in, and the rules know who it is.' },
  {
    id: 'G2',
    about:
      'Without a token, with a bad, expired or foreign one, or one for another game, nobody is let in, and no room is made.',
  },
  { id: 'G3', about: 'A token is presented in the first packet or in a header; none is needed in a URL.' },
  { id: 'G4', about: 'Without authentication two room ids are two rooms.' },
  { id: 'G5', about: 'What happens in a room reaches its members and nobody else.' },
  {
    id: 'G6',
    about: 'A request that is unknown, malformed or too large is answered with a code, and others are not touched.',
  },
  {
    id: 'G7',
    about: 'A rule that refuses tells its sender why; one that fails tells it that it failed, and is logged.',
  },
  { id: 'G8', about: 'Fifty clients that join a new room at once make one room.' },
  {
    id: 'G9',
    about: 'A room goes a grace time after its last member; who joins then finds a new one, or what was saved.',
  },
  {
    id: 'G10',
    about: 'A client that is cut off is noticed, and one that takes nothing is let go, without harm to who sends.',
  },
  { id: 'G11', about: 'Stopping ends every session with a code, and resolves in time.' },
  {
    id: 'G12',
    about: 'Configuration has defaults, is read from environment and file, and all that is wrong is named at once.',
  },
  {
    id: 'G13',
    about: 'One user who connects twice is there twice, or the newer takes the place of the older, as was chosen.',
  },
  {
    id: 'G14',
    about:
      'Events that are sent while a client joins reach it all from the point where it joined, with none missing in between.',
  },
  { id: 'R1', about: 'Who logs in is told its id and everybody who is there; the others are told of it.' },
  {
    id: 'R2',
    about: 'A wrong password and an unknown user get the same answer at the same cost; trying again is limited.',
  },
  {
    id: 'R3',
    about:
      'Another version of the protocol, or a line that is no command, is refused with a reason, and the server lives on.',
  },
  {
    id: 'R4',
    about: 'Who walks arrives exactly, five units a second, in any direction; what is no number is refused.',
  },
  { id: 'R5', about: 'What somebody says reaches all, the speaker too, character for character.' },
  { id: 'R6', about: 'Who is silent for the idle time is put out; a word is enough to stay.' },
  {
    id: 'R7',
    about: 'A line that never ends is refused at a bound; many lines at once and a line in parts are both read.',
  },
  { id: 'R8', about: 'A client that does not read is let go at a bound.' },
  { id: 'R9', about: 'Before logging in nothing else is obeyed; unknown commands are told so.' },
  { id: 'R10', about: 'The world steps at its rate, and catches up after a pause.' },
  { id: 'R11', about: 'Who comes and who goes is told to those who are logged in; ids are not used again.' },
  {
    id: 'R12',
    about:
      'Players are saved so that a process that is killed leaves the old or the new record, and a player is back where it was.',
  },
  { id: 'R13', about: 'A second login of a name ends the first.' },
  { id: 'R14', about: 'A tool makes users, refuses names that are taken or unsafe, and keeps hashes.' },
  { id: 'R15', about: 'Saying good-bye ends a session cleanly, and a peer that is gone is noticed at once.' },
  { id: 'R16', about: 'A program gets what happens without asking; using a connection that is closed is an error.' },
  { id: 'R17', about: 'A client that floods does not slow the others.' },
  {
    id: 'C1',
    about: 'Who connects gets a welcome, has a name that nobody else has, and can ask how long it has been there.',
  },
  { id: 'C2', about: 'Help lists exactly the commands; an unknown one is an error with a hint.' },
  { id: 'C3', about: 'A text is reversed, character by character.' },
  { id: 'C4', about: 'The welcome can be changed, within a length and without control characters.' },
  { id: 'C5', about: 'The list of clients has who is there; who has left is in the history with its end.' },
  {
    id: 'C6',
    about:
      'What is published in a channel reaches each of its subscribers at once, and once; unknown channels are errors.',
  },
  {
    id: 'C7',
    about:
      'Texts and JSON go through the same channel and stay what they are; invalid JSON is an error and nothing worse.',
  },
  { id: 'C8', about: 'Histories are kept across connections, within a bound.' },
  { id: 'C9', about: 'Servers that know each other list each other, and notice who is gone.', later: servers },
  { id: 'C10', about: 'New clients go to the server with the least load, within limits and weights.', later: servers },
  { id: 'C11', about: 'Servers and clients do not pass for each other.', later: servers },
  { id: 'C12', about: 'What is published at one server reaches subscribers at another, once.', later: servers },
]

const lookMs = 500
const words = { heal: 'join again', resume: 'go on', cut: 'cut off' }

/** @param {string} id */
const byId = (id) => document.getElementById(id)

/** An element with a text and a class. */
function make(name, text = '', className = '') {
  const element = document.createElement(name)
  element.textContent = text
  if (className !== '') element.className = className
  return element
}

/** Replaces what is in an element only if it is something else: a button keeps the focus. */
function show(element, key, fill) {
  if (element.dataset.key === key) return
  element.dataset.key = key
  element.replaceChildren(...fill())
}

function serverCard({ name, port, status, rooms, serverId, mayAct, actions }) {
  const card = byId(`server-${name}`) ?? make('article', '', 'server')
  if (card.id === '') {
    card.id = `server-${name}`
    byId('servers').append(card)
    card.append(make('h2'), make('ul', '', 'rooms'), make('p', '', 'quiet'), make('div', '', 'buttons'))
  }
  const [title, list, about, buttons] = card.children
  show(title, status, () => {
    const word = make('span', status, 'status')
    word.dataset.status = status
    return [make('span', name), word]
  })
  list.classList.toggle('old', !mayAct)
  show(list, JSON.stringify(rooms), () => {
    if (rooms.length === 0) return [make('li', 'no rooms', 'quiet')]
    return rooms.map(({ id, clients }) => {
      const item = make('li')
      item.append(make('span', id), make('span', `${clients} players`, 'quiet'))
      return item
    })
  })
  const right = mayAct ? 'may act' : 'may not act'
  show(about, `${serverId} ${right}`, () => [serverId === undefined ? `port ${port}` : `port ${port} · ${right}`])
  show(buttons, actions.join(), () =>
    actions.map((action) => {
      const button = make('button', words[action] ?? action)
      button.dataset.action = action
      button.setAttribute('aria-label', `${button.textContent} ${name}`)
      button.onclick = () => act(name, action)
      return button
    }),
  )
}

async function act(name, action) {
  await fetch(`/servers/${name}/${action}`, { method: 'POST', headers: { 'x-cluster': 'yes' } })
  await look()
}

function playerRow({ name, room, status, acked, failed, longestGapMs }) {
  const row = make('tr')
  const numbers = [acked, failed, `${longestGapMs} ms`].map((value) => make('td', String(value), 'number'))
  row.append(make('td', name), make('td', room), make('td', status), ...numbers)
  return row
}

async function look() {
  const { servers, players, lines } = await (await fetch('/view')).json()
  for (const server of servers) serverCard(server)
  byId('players').replaceChildren(...players.map(playerRow))
  show(byId('lines'), lines.join('\n'), () => lines.toReversed().map((line) => make('li', line)))
  const up = servers.filter(({ status }) => status === 'up').length
  const connected = players.filter(({ status }) => status === 'connected').length
  const text = `${up} of ${servers.length} servers are up, ${connected} of ${players.length} players are connected.`
  if (byId('sum').textContent !== text) byId('sum').textContent = text
}

for (;;) {
  try {
    await look()
  } catch {
    byId('sum').textContent = 'The program has ended.'
  }
  await new Promise((resolve) => setTimeout(resolve, lookMs))
}

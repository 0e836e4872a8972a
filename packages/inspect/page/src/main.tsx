import { render } from 'preact'
import { Login } from './login.js'
import { Shell } from './shell.js'
import './style/base.css'
import './style/layout.css'
import './style/dashboard.css'
import './style/rooms.css'
import './style/lists.css'
import './style/room.css'
import './style/state.css'

render(<Login>{(session, look) => <Shell session={session} onLook={look} />}</Login>, document.getElementById('app')!)

export { requestAddress as clientOf, setRequestAddress as noteClient } from './entrance/address.js'

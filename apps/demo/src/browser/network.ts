import { simulateLink } from '@tygase/client/link'
import { predict } from '@tygase/client/predict'

/** The network between the page and its server: a perfect one, until the player makes it worse. */
export const link = simulateLink()

/** Shared by all connections of the page, so that its switch holds for the next one too. */
export const prediction = predict()

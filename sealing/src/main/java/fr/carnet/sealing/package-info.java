/**
 * Sealing towards a dossier's public key, and opening with its key set; nothing else.
 *
 * <p>Anyone may seal: a sender draws a session key, wraps it (HPKE, X25519) towards the dossier's
 * public key, and seals bodies with the session key (AES-256-GCM). Only who holds the dossier's
 * private key opens. Destroying that key forgets everything at once, wherever copies are. All
 * primitives are Google Tink's.
 */
package fr.carnet.sealing;

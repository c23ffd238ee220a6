/** What a dossier holds beside care: only ever sealed on Kafka. */
package fr.carnet.events.content;

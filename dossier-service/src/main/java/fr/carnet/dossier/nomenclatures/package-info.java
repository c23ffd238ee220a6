/** Code lists: what codes are called, and which medicines are of one class. */
package fr.carnet.dossier.nomenclatures;

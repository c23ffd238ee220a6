/** Reads code lists as the SNDS publishes them, from a folder that the operator names. */
package fr.carnet.nomenclatures;

package fr.carnet.billing;

/**
 * The headings under which care is shown, by their names on the wire (ANS, reimbursement history).
 */
public enum Category {
  MEDICATION,
  VACCINATION,
  DEVICE,
  HOSPITAL_STAY,
  MEDICAL_CARE,
  DENTAL_CARE,
  IMAGING,
  LABORATORY
}

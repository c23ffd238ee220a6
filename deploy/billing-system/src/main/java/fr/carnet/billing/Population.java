package fr.carnet.billing;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Beneficiaries that do not exist: women and men of all ages, born in the mainland, in Corsica (2A,
 * 2B), overseas (97) and abroad (99). The first is a minor; the next are born in 2A, 2B and abroad.
 */
final class Population {
  private static final int BIRTHS_IN_TURN = 4;

  private final Dice dice;
  private final LocalDate today;

  Population(Dice dice, LocalDate today) {
    this.dice = dice;
    this.today = today;
  }

  /** The named ones first, then {@code count} others, no INS twice. */
  List<Beneficiary> of(List<String> named, int count) {
    Map<String, Beneficiary> people = new LinkedHashMap<>();
    named.forEach(ins -> people.put(ins, Beneficiary.of(ins, today)));
    int wanted = people.size() + count;
    for (int born = 0; people.size() < wanted; born++) {
      String ins = newIns(born);
      people.putIfAbsent(ins, Beneficiary.of(ins, today));
    }
    return List.copyOf(new ArrayList<>(people.values()));
  }

  private String newIns(int born) {
    int age =
        born == 0 ? dice.between(13, 16) : dice.chance(18) ? dice.below(17) : dice.between(18, 95);
    StringBuilder number = new StringBuilder(13);
    number.append(dice.chance(52) ? '2' : '1');
    digits(number, 2, (today.getYear() - age) % 100);
    digits(number, 2, age == 0 ? 1 : dice.between(1, 12));
    number.append(birthplace(born));
    digits(number, 3, dice.between(1, 999));
    return CheckDigits.withInsKey(number.toString());
  }

  /** Department and commune, or 99 and the country: five characters. */
  private String birthplace(int born) {
    int turn = born < BIRTHS_IN_TURN ? born : BIRTHS_IN_TURN + dice.below(100);
    StringBuilder place = new StringBuilder(5);
    if (turn == 1 || turn == 4) {
      place.append("2A");
    } else if (turn == 2 || turn == 5) {
      place.append("2B");
    } else if (turn == 3 || (turn >= 6 && turn < 18)) {
      place.append("99");
    } else if (turn >= 18 && turn < 22) {
      return digits(place.append("97").append(dice.between(1, 4)), 2, dice.between(1, 30))
          .toString();
    } else {
      int department = dice.between(1, 94);
      digits(place, 2, department < 20 ? department : department + 1);
    }
    return digits(place, 3, dice.between(1, 400)).toString();
  }

  private static StringBuilder digits(StringBuilder to, int width, int value) {
    String text = Integer.toString(value);
    return to.append("0".repeat(width - text.length())).append(text);
  }
}

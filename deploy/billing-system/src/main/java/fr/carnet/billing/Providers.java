package fr.carnet.billing;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Professionals and establishments that do not exist, as many of each trade. */
final class Providers {
  private final Map<Trade, List<Provider>> byTrade = new EnumMap<>(Trade.class);

  Providers(Dice dice, int ofEachTrade) {
    for (Trade trade : Trade.values()) {
      List<Provider> providers = new ArrayList<>(ofEachTrade);
      for (int i = 0; i < ofEachTrade; i++) {
        providers.add(trade.person() ? person(dice, trade, i) : establishment(dice, trade, i));
      }
      byTrade.put(trade, List.copyOf(providers));
    }
  }

  List<Provider> of(Trade trade) {
    return byTrade.get(trade);
  }

  /** Trade and index are in the number, so that no two are alike. */
  private static Provider person(Dice dice, Trade trade, int index) {
    int number = (trade.number() * 10_000 + index) * 100 + dice.below(100);
    String rpps = CheckDigits.withLuhn("10" + padded(8, number));
    return new Provider(Optional.of(rpps), Optional.empty(), trade.specialty());
  }

  private static Provider establishment(Dice dice, Trade trade, int index) {
    String department = padded(2, dice.between(21, 94));
    int number = trade.number() * 10_000 + index;
    String finess = CheckDigits.withLuhn(department + padded(6, number));
    return new Provider(Optional.empty(), Optional.of(finess), trade.specialty());
  }

  private static String padded(int width, int value) {
    String text = Integer.toString(value);
    return "0".repeat(width - text.length()) + text;
  }
}

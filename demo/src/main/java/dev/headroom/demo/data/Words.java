package dev.headroom.demo.data;

import java.util.SplittableRandom;

/** Names and sentences that look like an issue tracker's. */
final class Words {
  private static final String[] FIRST =
      ("Ada Ben Chloe Dmitri Elena Farid Grace Hugo Ines Jonas Kofi Lena Marta Nils Olga Pedro"
           + " Quinn Rosa Samir Tara Uma Victor Wanda Xenia Yusuf Zoe Amir Bianca Carlos Daria Emil"
           + " Fatima")
          .split(" ");
  private static final String[] LAST =
      ("Adler Baptiste Chen Dubois Eriksen Fischer Garcia Hansen Ito Jansen Kowalski Lindgren"
              + " Moreau Novak Okafor Petrov Quist Rossi Silva Tanaka Ueda Vargas Weber Xu Yilmaz"
              + " Zhang Abebe Bauer Costa Diaz Engel Ferrari")
          .split(" ");
  private static final String[] COMPANY =
      ("Acme Borealis Cobalt Delphi Ember Fathom Granite Harbor Iris Juniper Keystone Lumen"
              + " Meridian Nimbus Orchard Pinnacle Quartz Ridge Summit Tidal Umber Vertex Willow"
              + " Zephyr")
          .split(" ");
  private static final String[] BRANCH =
      "Labs Logistics Health Retail Energy Foods Mobility Media Robotics Systems Travel Bank"
          .split(" ");
  private static final String[] AREA =
      ("login checkout invoice export search upload calendar profile dashboard webhook password"
              + " billing import notification report filter session avatar archive editor timeline"
              + " permission comment attachment label board mobile sync")
          .split(" ");
  private static final String[] PROBLEM =
      ("times out|loses changes|shows the wrong total|fails on Safari|is slow for large"
           + " accounts|sends two mails|ignores the time zone|breaks after an update|rejects valid"
           + " input|shows an empty page|forgets the selection|counts archived items|misses the"
           + " last row|needs a retry|cannot be undone|flickers while loading")
          .split("\\|");
  private static final String[] SENTENCE =
      ("Seen by several customers since the last release.|It happens only with more than a hundred"
           + " rows.|The log shows a connection reset just before.|A reload helps, but not"
           + " always.|We could reproduce it on staging.|The old version did not have this.|Please"
           + " look at the attached screenshot.|A customer of the enterprise plan waits for it.|The"
           + " workaround is to clear the filter first.|It seems related to the change of last"
           + " Tuesday.|Expected: the value that was saved.|Could be the cache, could be the time"
           + " zone.")
          .split("\\|");

  private Words() {}

  static String person(SplittableRandom random) {
    return pick(FIRST, random) + " " + pick(LAST, random);
  }

  static String company(int number) {
    return COMPANY[number % COMPANY.length]
        + " "
        + BRANCH[number / COMPANY.length % BRANCH.length]
        + (number >= COMPANY.length * BRANCH.length ? " " + number : "");
  }

  static String project(int number) {
    String area = AREA[number % AREA.length];
    return Character.toUpperCase(area.charAt(0)) + area.substring(1) + " " + number;
  }

  static String title(SplittableRandom random) {
    String area = pick(AREA, random);
    return Character.toUpperCase(area.charAt(0)) + area.substring(1) + " " + pick(PROBLEM, random);
  }

  static String sentences(SplittableRandom random, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : " ").append(pick(SENTENCE, random));
    }
    return text.toString();
  }

  static String pick(String[] words, SplittableRandom random) {
    return words[random.nextInt(words.length)];
  }
}

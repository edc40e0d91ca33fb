package dev.headroom.demo.data;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Who belongs where: users, projects and issues by tenant. Tenants differ in size by Zipf's law,
 * and user numbers are spread over them, so that any range of users meets small and large ones.
 */
final class Population {
  private static final double SKEW = 0.8;

  private final int[] tenantOfUser;
  private final int[] tenantOfProject;
  private final int[] projectOfIssue;
  private final int[][] usersOfTenant;
  private final int[][] projectsOfTenant;

  Population(DataSize size, long seed) {
    Zipf zipf = new Zipf(size.tenants(), SKEW);
    SplittableRandom random = new SplittableRandom(seed);
    // The first ones make sure that no tenant is empty.
    tenantOfUser =
        IntStream.range(0, size.users())
            .map(i -> i < size.tenants() ? i : zipf.draw(random))
            .toArray();
    tenantOfProject =
        IntStream.range(0, size.projects())
            .map(i -> i < size.tenants() ? i : zipf.draw(random))
            .toArray();
    usersOfTenant = invert(tenantOfUser, size.tenants());
    projectsOfTenant = invert(tenantOfProject, size.tenants());
    projectOfIssue =
        IntStream.range(0, size.issues())
            .map(i -> pick(projectsOfTenant[zipf.draw(random)], random))
            .toArray();
  }

  private static int[][] invert(int[] tenants, int count) {
    int[][] members = new int[count][];
    int[] sizes = new int[count];
    for (int tenant : tenants) {
      sizes[tenant]++;
    }
    for (int t = 0; t < count; t++) {
      members[t] = new int[sizes[t]];
    }
    for (int i = tenants.length - 1; i >= 0; i--) {
      int tenant = tenants[i];
      sizes[tenant]--;
      members[tenant][sizes[tenant]] = i;
    }
    return members;
  }

  int tenantOfUser(int user) {
    return tenantOfUser[user];
  }

  int tenantOfProject(int project) {
    return tenantOfProject[project];
  }

  int projectOfIssue(int issue) {
    return projectOfIssue[issue];
  }

  int tenantOfIssue(int issue) {
    return tenantOfProject[projectOfIssue[issue]];
  }

  int[] projectsOfTenant(int tenant) {
    return projectsOfTenant[tenant];
  }

  int userOf(int tenant, SplittableRandom random) {
    return pick(usersOfTenant[tenant], random);
  }

  private static int pick(int[] of, SplittableRandom random) {
    return of[random.nextInt(of.length)];
  }
}

namespace Tideway.CdfPublisher.Deliveries;

/// <summary>
/// When a notice that failed is tried again: the schedule that <see href="https://www.standardwebhooks.com/">Standard Webhooks</see> recommends,
/// ten attempts over about three days, each wait lengthened at random so that many do not come back at once.
/// </summary>
internal static class RetrySchedule
{
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(5),
        TimeSpan.FromHours(10),
        TimeSpan.FromHours(14),
        TimeSpan.FromHours(20),
        TimeSpan.FromHours(24),
    ];

    /// <summary>Failures in a row after which the notice at the head is given up.</summary>
    public static int MaxFailures => Waits.Length + 1;

    /// <summary>Longest that an endpoint may put a notice off with <c>Retry-After</c>.</summary>
    public static TimeSpan LongestWait => Waits[^1];

    /// <summary>The wait after so many failures in a row, at least one.</summary>
    public static TimeSpan WaitAfter(int failures) => Waits[Math.Min(failures, Waits.Length) - 1] * (1 + (Random.Shared.NextDouble() / 5));
}

using System.ComponentModel.DataAnnotations;
using Tideway.Hosting.Startup;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>Queries that a client is ready to ask for again.</summary>
public sealed class AsyncQueryOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "ShareRegistry:AsyncQueries";

    /// <summary>How long such a query may take to be answered at once; one that takes longer is answered with an id to ask by. Zero: none is answered at once.</summary>
    [DurationRange("00:00:00", "00:01:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long asking by the id waits for the answer.</summary>
    [DurationRange("00:00:00.100", "00:01:00")]
    public TimeSpan PollPatience { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an id is good for.</summary>
    [DurationRange("00:01:00", "7.00:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromHours(6);

    /// <summary>Most ids of one recipient at a time.</summary>
    [Range(1, 10_000)]
    public int MaxPerRecipient { get; set; } = 100;

    /// <summary>Most ids over all.</summary>
    [Range(1, 1_000_000)]
    public int MaxWaiting { get; set; } = 10_000;

    /// <summary>Most queries that this process works on at a time; others wait until they are asked for again.</summary>
    [Range(1, 10_000)]
    public int MaxAtOnce { get; set; } = 32;

    /// <summary>Most of them of one recipient.</summary>
    [Range(1, 10_000)]
    public int MaxAtOncePerRecipient { get; set; } = 8;

    /// <summary>How long the outcome of such work is kept for the next who asks, where nobody waited for it any more when it was done.</summary>
    [DurationRange("00:00:01", "00:10:00")]
    public TimeSpan KeepFinished { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Most outcomes that are kept; the oldest go first.</summary>
    [Range(1, 10_000)]
    public int MaxFinished { get; set; } = 64;

    /// <summary>Most of them of one recipient.</summary>
    [Range(1, 10_000)]
    public int MaxFinishedPerRecipient { get; set; } = 16;
}

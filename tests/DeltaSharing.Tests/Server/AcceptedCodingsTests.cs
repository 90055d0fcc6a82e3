using Tideway.DeltaSharing.Server.Answers;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Server;

public sealed class AcceptedCodingsTests
{
    [Theory]
    [InlineData(null, "identity", true)]
    [InlineData("", "identity", true)]
    [InlineData("identity", "identity", true)]
    [InlineData("gzip", "gzip", true)]
    [InlineData("x-gzip", "gzip", true)]
    [InlineData("GZIP, deflate", "gzip", true)]
    [InlineData("gzip, deflate, br, zstd", "zstd", true)]
    [InlineData("gzip;q=1.0, zstd;q=0.5", "gzip", true)]
    [InlineData("gzip;q=0.5, zstd;q=0.5", "zstd", true)]
    [InlineData("gzip;q=0", "identity", true)]
    [InlineData("gzip;q=0.2, identity;q=0.8", "identity", true)]
    [InlineData("gzip;q=0.8, identity;q=0.8", "gzip", true)]
    [InlineData("*", "gzip", true)]
    [InlineData("*;q=0.3", "gzip", true)]
    [InlineData("br, *;q=0", "identity", false)]
    [InlineData("gzip, *;q=0", "gzip", false)]
    [InlineData("identity;q=0", "identity", false)]
    [InlineData("identity;q=0, gzip;q=0.1", "gzip", false)]
    [InlineData("identity;q=0, *", "gzip", false)]
    [InlineData("gzip;q=0, *", "identity", true)]
    [InlineData("br", "identity", true)]
    [InlineData("gzip;q=nonsense", "identity", true)]
    [ProtocolRule(
        "Compressed answers",
        "Answers are encoded as Accept-Encoding asks, with its q-values, identity;q=0 and *",
        Served = "zstd or gzip; of equals zstd"
    )]
    public void The_caller_gets_what_it_likes_best_of_what_there_is(string? header, string preferred, bool takesIdentity)
    {
        var accepted = AcceptedCodings.Of(header);

        accepted.Preferred.ToHeader().ShouldBe(preferred);
        accepted.TakesIdentity.ShouldBe(takesIdentity);
    }
}

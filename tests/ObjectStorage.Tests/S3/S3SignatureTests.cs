using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using FsCheck;
using FsCheck.Fluent;
using Tideway.ObjectStorage.Buckets;
using Tideway.ObjectStorage.S3;

namespace Tideway.ObjectStorage.Tests.S3;

/// <summary>What the AWS SDK signs, we sign, byte for byte.</summary>
public sealed class S3SignatureTests
{
    private const string Characters = "abzABZ0189-._~/!*'()+ &=?#%:;,@$\"<>[]{}|^`\\\t\u00e4\u00df\u20ac\u65e5\u0301\uffe6";

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Elements<object>([.. Characters.Select(c => (object)c.ToString())]).Select(c => (string)c),
        Gen.Constant("\ud83d\ude80"),
        Gen.Constant("%2F"),
        Gen.Constant("/_delta_log/")
    );

    private static readonly Gen<string> Keys = Text.NonEmptyListOf().Select(parts => string.Concat(parts)).Where(key => ObjectKey.IsValid(key));

    private static readonly Gen<string> Secrets = Gen.Choose(16, 40)
        .SelectMany(n => Gen.Elements("abcXYZ019+/=".ToCharArray()).ArrayOf(n))
        .Select(c => new string(c));

    private static readonly Gen<Case> Cases =
        from key in Keys
        from region in Gen.Elements("us-east-1", "eu-central-1", "ap-southeast-3", "us-gov-west-1")
        from id in Gen.Elements("AKIAIOSFODNN7EXAMPLE", "ASIA2", "minio/user")
        from secret in Secrets
        from token in Gen.OneOf(Gen.Constant<string?>(null), Secrets.Select(text => (string?)text))
        from offset in Gen.Choose(-300_000_000, 300_000_000)
        from seconds in Gen.Choose(1, S3Presigner.MaxSeconds)
        from style in Gen.Choose(0, 2)
        from isHead in Gen.Elements(true, false)
        select new Case(key, region, new AwsCredentials(id, secret, token), TimeSpan.FromSeconds(offset), seconds, style, isHead);

    private sealed record Case(string Key, string Region, AwsCredentials Who, TimeSpan Clock, int Seconds, int Style, bool IsHead)
    {
        // The vendor's own with the bucket in the host, a store of one's own with the bucket in the path, and one with a port.
        public bool IsPathStyle => Style > 0;

        public string Bucket => IsPathStyle ? "my-bucket.example" : "my-bucket";

        public BucketEndpoint Place => BucketEndpoint.Of(Endpoint, Bucket, IsPathStyle);

        public Uri Endpoint =>
            Style switch
            {
                0 => new Uri($"https://s3.{Region}.amazonaws.com"),
                1 => new Uri("https://minio.example.com"),
                _ => new Uri("http://127.0.0.1:9000"),
            };

        public AmazonS3Client Sdk(HttpClientFactory? factory = null) =>
            new(
                Who.SessionToken is null
                    ? new BasicAWSCredentials(Who.AccessKeyId, Who.SecretAccessKey)
                    : new SessionAWSCredentials(Who.AccessKeyId, Who.SecretAccessKey, Who.SessionToken),
                new AmazonS3Config
                {
                    ServiceURL = Endpoint.AbsoluteUri,
                    AuthenticationRegion = Region,
                    ForcePathStyle = IsPathStyle,
                    HttpClientFactory = factory,
                    MaxErrorRetry = 0,
                    RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
                    ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
                }
            );
    }

    [Fact]
    public void Presigned_addresses_are_those_of_the_sdk_byte_for_byte() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Cases.ToArbitrary(), Compare));

    [Fact]
    public async Task Requests_are_signed_as_the_sdk_signs_them_byte_for_byte()
    {
        foreach (var one in Cases.Sample(60))
        {
            var seen = new Capture();
            using var sdk = one.Sdk(seen);
            await Should.ThrowAsync<AmazonServiceException>(async () =>
            {
                switch (one.Seconds % 3)
                {
                    case 0:
                        await sdk.GetObjectAsync(
                            new GetObjectRequest
                            {
                                BucketName = one.Bucket,
                                Key = one.Key,
                                ByteRange = new Amazon.S3.Model.ByteRange(5, 9),
                            }
                        );
                        break;
                    case 1:
                        await sdk.ListObjectsV2Async(
                            new ListObjectsV2Request
                            {
                                BucketName = one.Bucket,
                                Prefix = one.Key,
                                StartAfter = one.Key + "!",
                                Encoding = EncodingType.Url,
                            }
                        );
                        break;
                    default:
                        await sdk.PutObjectAsync(
                            new PutObjectRequest
                            {
                                BucketName = one.Bucket,
                                Key = one.Key,
                                ContentBody = "some content",
                                IfNoneMatch = "*",
                                UseChunkEncoding = false,
                            }
                        );
                        break;
                }
            });

            Ours(seen.Request!, one).ShouldBe(seen.Request!.Headers.GetValues("Authorization").Single());
        }
    }

    [Fact]
    public void The_key_of_a_day_is_derived_once()
    {
        var keys = new SigningKeys("eu-central-1", "s3");
        var who = new AwsCredentials("id", "secret");
        var noon = new DateTimeOffset(2026, 3, 9, 12, 0, 0, TimeSpan.Zero);

        var first = keys.Of(who, noon);

        keys.Of(who, noon.AddHours(11)).ShouldBeSameAs(first);
        keys.Of(who, noon.AddHours(12)).ShouldNotBeSameAs(first);
        keys.Of(who, noon.AddDays(30)).Scope.ShouldStartWith("20260408/");
        keys.Of(new AwsCredentials("id", "other"), noon).ShouldNotBeSameAs(first);
    }

    [Fact]
    public void Nothing_is_allocated_but_the_address()
    {
        var endpoint = BucketEndpoint.Of(new Uri("https://s3.eu-central-1.amazonaws.com"), "bucket", isPathStyle: false);
        var presigner = new S3Presigner(endpoint, new SigningKeys("eu-central-1", "s3"));
        var who = new AwsCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        var time = new DateTimeOffset(2026, 3, 9, 12, 0, 0, TimeSpan.Zero);
        var url = presigner.Sign("GET", "tables/flights", "part-0001.parquet", time, 3600, who);
        for (var i = 0; i < 100; i++)
            presigner.Sign("GET", "tables/flights", "part-0001.parquet", time, 3600, who);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            presigner.Sign("GET", "tables/flights", "part-0001.parquet", time, 3600, who);

        ((GC.GetAllocatedBytesForCurrentThread() - before) / 1000).ShouldBeLessThanOrEqualTo(22 + (2 * url.Length) + 8);
    }

    private static void Compare(Case one)
    {
        // The SDK has no other way to sign as of a time.
        AWSConfigs.ManualClockCorrection = one.Clock;
        try
        {
            using var sdk = one.Sdk();
            var request = new GetPreSignedUrlRequest
            {
                BucketName = one.Bucket,
                Key = one.Key,
                Verb = one.IsHead ? HttpVerb.HEAD : HttpVerb.GET,
                Protocol = one.Endpoint.Scheme == "http" ? Protocol.HTTP : Protocol.HTTPS,
                Expires = (TimeProvider.System.GetUtcNow() + one.Clock).UtcDateTime.AddSeconds(one.Seconds),
            };
            var theirs = sdk.GetPreSignedURL(request);

            var query = System.Web.HttpUtility.ParseQueryString(new Uri(theirs).Query);
            var time = DateTimeOffset.ParseExact(query["X-Amz-Date"]!, "yyyyMMdd'T'HHmmss'Z'", null, System.Globalization.DateTimeStyles.AssumeUniversal);
            var ours = new S3Presigner(one.Place, new SigningKeys(one.Region, "s3")).Sign(
                one.IsHead ? "HEAD" : "GET",
                "",
                one.Key,
                time,
                int.Parse(query["X-Amz-Expires"]!),
                one.Who
            );
            ours.ShouldBe(theirs);
        }
        finally
        {
            AWSConfigs.ManualClockCorrection = null;
        }
    }

    private static string Ours(HttpRequestMessage request, Case one)
    {
        var authorization = request.Headers.GetValues("Authorization").Single();
        var signed = authorization.Split("SignedHeaders=")[1].Split(',')[0].Split(';');
        var headers = signed.Select(name => (name, name == "host" ? request.RequestUri!.Authority : ValueOf(request, name))).ToList();
        var time = ValueOf(request, "x-amz-date");
        var asTime = DateTimeOffset.ParseExact(time, RequestSignature.TimeFormat, null, System.Globalization.DateTimeStyles.AssumeUniversal);
        var ours = new BucketRequest(request.Method, request.RequestUri!.Query.Contains("list-type", StringComparison.Ordinal) ? null : one.Key, "x")
        {
            Query = [.. QueryOf(request.RequestUri)],
        };
        var path = ours.Key is null ? request.RequestUri.AbsolutePath : ours.PathIn(one.Place);
        return RequestSignature.Authorization(
            SigningKey.Derive(one.Who, asTime, one.Region, "s3"),
            time,
            request.Method.Method,
            path,
            ours.CanonicalQuery(),
            headers,
            ValueOf(request, "x-amz-content-sha256")
        );
    }

    private static IEnumerable<(string, string)> QueryOf(Uri address) =>
        address
            .Query.TrimStart('?')
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('='))
            .Select(pair => (Uri.UnescapeDataString(pair[0]), Uri.UnescapeDataString(pair[^1])));

    private static string ValueOf(HttpRequestMessage request, string name) =>
        request.Headers.TryGetValues(name, out var values) || (request.Content?.Headers.TryGetValues(name, out values) ?? false)
            ? string.Join(",", values!)
            : "";

    private sealed class Capture : HttpClientFactory
    {
        public HttpRequestMessage? Request { get; private set; }

        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler(this));

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        private sealed class Handler(Capture owner) : HttpMessageHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                owner.Request = request;
                return Task.FromResult(
                    new HttpResponseMessage(System.Net.HttpStatusCode.Forbidden) { Content = new StringContent("<Error><Code>Seen</Code></Error>") }
                );
            }
        }
    }
}

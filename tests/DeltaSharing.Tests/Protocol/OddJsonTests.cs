using System.Text;
using System.Text.Json.Nodes;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Credentials;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Protocol.Listing;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Protocol;

/// <summary>Whatever JSON a server sends in place of what it should: it is read, or it is malformed, and never anything else.</summary>
public sealed class OddJsonTests
{
    private const string Placeholder = "PLACEHOLDER";

    private static readonly string[] OddValues =
    [
        "null",
        "true",
        "[]",
        "{}",
        "[null]",
        "[[]]",
        "[1]",
        """{"a":null}""",
        """{"a":1}""",
        """{"\ud800":"a"}""",
        "\"\"",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "\"9223372036854775807\"",
        "\"-1\"",
        "-1",
        "1.5",
        "1e400",
        "-1e400",
        "9223372036854775807",
        "-9223372036854775808",
        "99999999999999999999999",
    ];

    private static readonly string[] Lines =
    [
        """{"protocol":{"minReaderVersion":1}}""",
        """{"protocol":{"deltaProtocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["a"],"writerFeatures":["a"]},"version":1}}""",
        """
            {"metaData":{"id":"m","name":"n","description":"d","format":{"provider":"parquet"},"schemaString":"{}","partitionColumns":["p"],
            "configuration":{"a":"b"},"version":1,"size":2,"numFiles":3,"location":"s3://b","auxiliaryLocations":["s3://c"],"accessModes":["url"]}}
            """,
        """
            {"metaData":{"deltaMetadata":{"id":"m","format":{"provider":"parquet","options":{"a":"b"}},"schemaString":"{}","partitionColumns":["p"],
            "configuration":{"a":"b"},"createdTime":1},"version":1,"size":2,"numFiles":3,"accessModes":["url"]}}
            """,
        """
            {"file":{"url":"https://h/1","id":"1","partitionValues":{"p":"1"},"size":1,"stats":"{}","version":1,"timestamp":2,"expirationTimestamp":3}}
            """,
        """{"file":{"id":"1","deletionVectorFileId":"v","version":1,"timestamp":2,"expirationTimestamp":3,"deltaSingleAction":{"add":{"path":"x"}}}}""",
        """{"add":{"url":"https://h/1","id":"1","partitionValues":{"p":null},"size":1,"stats":"{}","version":1,"timestamp":2,"expirationTimestamp":3}}""",
        """{"remove":{"url":"https://h/1","id":"1","partitionValues":{},"size":1,"version":1,"timestamp":2}}""",
        """{"cdf":{"url":"https://h/1","id":"1","partitionValues":{},"size":1,"version":1,"timestamp":2}}""",
        """
            {"endStreamAction":{"refreshToken":"r","nextPageToken":"n","minUrlExpirationTimestamp":1,"errorMessage":"e","httpStatusErrorCode":500}}
            """,
        """{"queryStatus":{"queryId":"q","status":"pending"}}""",
    ];

    private static readonly (string Sample, Action<byte[]> Read)[] Bodies =
    [
        ("""{"items":[{"name":"s","id":"i","displayName":"d","comment":"c","properties":{"a":"b"}}],"nextPageToken":"t"}""", Each<ShareItem>(s => s.Name)),
        ("""{"items":[{"name":"s","share":"s"}],"nextPageToken":"t"}""", Each<SchemaItem>(s => s.Name)),
        (
            """
            {"items":[{"name":"s","schema":"a","share":"s","shareId":"x","id":"y","location":"l","auxiliaryLocations":["m"],"accessModes":["dir"],
            "format":"delta"}]}
            """,
            Each<TableItem>(t => t.Name + string.Concat((t.AuxiliaryLocations ?? []).Concat(t.AccessModes ?? []).Select(text => text.Trim())))
        ),
        ("""{"items":[{"name":"s","schema":"a","share":"s","shareId":"x","id":"y","storageLocation":"l"}]}""", Each<VolumeItem>(v => v.Name)),
        ("""{"items":[{"path":"s","size":1,"lastModified":2,"url":"https://h","expirationTimestamp":3}]}""", Each<VolumeFileItem>(v => v.Path)),
        (
            """{"share":{"name":"s","id":"i","properties":{"a":"b"}}}""",
            json => _ = ShareAnswer.Parse(json).ToString() + ShareAnswer.Parse(json).Share.Name.Trim()
        ),
        ("""{"name":"s","schema":"a","share":"s","accessModes":["dir"]}""", json => _ = TableItem.Parse(json).ToString()),
        ("""{"name":"s","schema":"a","share":"s","storageLocation":"l"}""", json => _ = VolumeItem.Parse(json).ToString()),
        (
            """{"location":"l","awsTempCredentials":{"accessKeyId":"a","secretAccessKey":"b","sessionToken":"c"},"expirationTime":1}""",
            json => _ = LocationCredentials.Parse(json).ToString()
        ),
        ("""{"location":"l","azureUserDelegationSas":{"sasToken":"a"},"expirationTime":1}""", json => _ = LocationCredentials.Parse(json).ToString()),
        (
            """{"credentials":{"location":"l","gcpOauthToken":{"oauthToken":"a"},"expirationTime":1}}""",
            json => _ = TableCredentialsAnswer.Parse(json).Credentials.ToString()
        ),
        ("""{"errorCode":"a","message":"b"}""", json => _ = ErrorBody.Parse(json)?.ToString()),
        (
            """
            {"shareCredentialsVersion":2,"type":"oauth_client_credentials","endpoint":"https://h","tokenEndpoint":"https://i","clientId":"c","clientSecret":"s",
            "scope":"x","expirationTime":"2027-01-01T00:00:00Z","icebergEndpoint":"https://j"}
            """,
            json => _ = SharingProfile.Parse(json).ToString()
        ),
    ];

    [Fact]
    public void A_line_with_anything_odd_in_it_is_a_line_or_malformed()
    {
        foreach (var line in Lines.SelectMany(Variants))
        {
            ReadOrMalformed(
                line,
                json =>
                {
                    if (SharingLine.Parse(json) is not { } read)
                        return;
                    read.ToString().ShouldNotBeNull();
                    if (read is MetadataLine plain)
                        plain.PartitionColumns.Concat(plain.AccessModes ?? []).ShouldAllBe(text => text != null);
                    if (read is DeltaMetadataLine { DeltaMetadata: var delta })
                        delta.PartitionColumns.Concat(delta.Configuration.Values).Concat(delta.Format.Options.Values).ShouldAllBe(text => text != null);
                    if (read is DeltaProtocolLine { DeltaProtocol: var protocol })
                        (protocol.ReaderFeatures ?? []).Concat(protocol.WriterFeatures ?? []).ShouldAllBe(text => text != null);
                }
            );
        }
    }

    [Fact]
    public void A_body_with_anything_odd_in_it_is_read_or_malformed()
    {
        foreach (var (sample, read) in Bodies)
        {
            read(Encoding.UTF8.GetBytes(sample));
            foreach (var body in Variants(sample))
                ReadOrMalformed(body, read);
        }
    }

    [Fact]
    public void Bytes_that_are_no_text_and_cut_json_are_malformed()
    {
        foreach (var (sample, read) in Bodies.Concat(Lines.Select(line => (line, (Action<byte[]>)(json => SharingLine.Parse(json))))))
        {
            var whole = Encoding.UTF8.GetBytes(sample);
            for (var at = 0; at < whole.Length; at++)
            {
                ReadOrMalformed(whole[..at], read);
                var spoilt = (byte[])whole.Clone();
                spoilt[at] = 0xff;
                ReadOrMalformed(spoilt, read);
            }
        }
    }

    [Theory]
    [InlineData("""{"file":null}""")]
    [InlineData("""{"add":null}""")]
    [InlineData("""{"metaData":null}""")]
    [InlineData("""{"protocol":null,"unknown":{}}""")]
    [ProtocolRule("API Response Actions in Parquet Format", "A line whose only field is null is malformed, and not one of an unknown kind")]
    public void A_line_whose_only_field_is_null_is_malformed(string line) =>
        Should.Throw<SharingProtocolException>(() => SharingLine.Parse(Encoding.UTF8.GetBytes(line))).Error.ShouldBe(SharingProtocolError.Malformed);

    [Fact]
    public void A_field_that_is_null_beside_another_is_absent() =>
        SharingLine.Parse("""{"add":null,"protocol":{"minReaderVersion":1},"file":null}"""u8.ToArray()).ShouldBeOfType<ProtocolLine>();

    private static Action<byte[]> Each<T>(Func<T, string> use) => json => ListPage.Parse<T>(json).Items.ToList().ForEach(item => _ = use(item).Trim());

    // Every value in turn, and every name, is something odd.
    private static IEnumerable<byte[]> Variants(string sample)
    {
        for (var index = 0; ; index++)
        {
            var root = JsonNode.Parse(sample)!;
            var places = Places(root).ToList();
            if (index >= places.Count)
                yield break;
            places[index]();
            foreach (var odd in OddValues)
                yield return Encoding.UTF8.GetBytes(root.ToJsonString().Replace($"\"{Placeholder}\"", odd, StringComparison.Ordinal));
        }
    }

    private static IEnumerable<Action> Places(JsonNode node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields.ToList())
                {
                    yield return () => fields[name] = Placeholder;
                    if (value is not null)
                    {
                        foreach (var place in Places(value))
                            yield return place;
                    }
                }

                break;
            case JsonArray items:
                for (var at = 0; at < items.Count; at++)
                {
                    var index = at;
                    yield return () => items[index] = Placeholder;
                    foreach (var place in Places(items[at]!))
                        yield return place;
                }

                break;
        }
    }

    private static void ReadOrMalformed(byte[] json, Action<byte[]> read)
    {
        try
        {
            read(json);
        }
        catch (SharingProtocolException)
        {
            // As it should.
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{Encoding.UTF8.GetString(json)}: {exception.GetType().Name}: {exception.Message}", exception);
        }
    }
}

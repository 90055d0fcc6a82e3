using Tideway.DeltaSharing.Protocol;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Protocol;

public sealed class SharingCapabilitiesTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("nonsense")]
    [InlineData(";;=;a=b")]
    [ProtocolRule("Delta Sharing Capabilities Header", "Without a capabilities header the answer is in the parquet format")]
    public void Without_a_word_about_it_the_format_is_parquet(string? header) =>
        SharingCapabilities.Parse(header).ResponseFormats.ShouldBe(ResponseFormats.Parquet);

    [Theory]
    [InlineData("responseformat=delta", ResponseFormats.Delta)]
    [InlineData("responseFormat=Delta,Parquet", ResponseFormats.Delta | ResponseFormats.Parquet)]
    [InlineData(" RESPONSEFORMAT = PARQUET , delta ;", ResponseFormats.Delta | ResponseFormats.Parquet)]
    [InlineData("responseformat=parquet,iceberg", ResponseFormats.Parquet)]
    [InlineData("responseformat=iceberg", ResponseFormats.None)]
    [InlineData("responseformat=", ResponseFormats.None)]
    [ProtocolRule("Delta Sharing Capabilities Header", "Keys and values of the header are read in any case and order")]
    public void Formats_are_read_in_any_case_and_order(string header, ResponseFormats expected) =>
        SharingCapabilities.Parse(header).ResponseFormats.ShouldBe(expected);

    [Fact]
    public void What_the_Spark_client_sends_is_understood()
    {
        var capabilities = SharingCapabilities.Parse(
            "responseformat=parquet,delta;readerfeatures=deletionVectors,columnMapping,timestampNtz;includeendstreamaction=True;asyncquery=TRUE"
        );

        capabilities.ReaderFeatures.ShouldBe(["deletionvectors", "columnmapping", "timestampntz"], ignoreOrder: true);
        capabilities.IncludeEndStreamAction.ShouldBeTrue();
        capabilities.AsyncQuery.ShouldBeTrue();
    }

    [Fact]
    [ProtocolRule("Python client", "The echoed capabilities hold the word delta only where the answer is in the delta format")]
    public void The_echo_of_parquet_does_not_hold_the_word_delta()
    {
        SharingCapabilities.Echo(ResponseFormats.Parquet, endStreamAction: true).ShouldBe("responseformat=parquet;includeendstreamaction=true");
        SharingCapabilities.Echo(ResponseFormats.Parquet, endStreamAction: true).ShouldNotContain("delta");
        SharingCapabilities.Echo(ResponseFormats.Delta, endStreamAction: false).ShouldBe("responseformat=delta");
    }

    [Fact]
    public void A_clients_header_is_read_back_the_same()
    {
        var capabilities = new SharingCapabilities
        {
            ResponseFormats = ResponseFormats.Delta | ResponseFormats.Parquet,
            ReaderFeatures = new HashSet<string> { "columnmapping", "deletionvectors" },
            IncludeEndStreamAction = true,
            AsyncQuery = true,
        };

        capabilities
            .ToHeader()
            .ShouldBe("responseformat=parquet,delta;readerfeatures=columnmapping,deletionvectors;includeendstreamaction=true;asyncquery=true");
        var read = SharingCapabilities.Parse(capabilities.ToHeader());
        read.ResponseFormats.ShouldBe(capabilities.ResponseFormats);
        read.ReaderFeatures.SetEquals(capabilities.ReaderFeatures).ShouldBeTrue();
        SharingCapabilities.Default.ToHeader().ShouldBe("responseformat=parquet");
    }
}

using System.Net;
using Microsoft.Extensions.Options;
using Tideway.ShareRegistry.Tests.Hosts;

namespace Tideway.ShareRegistry.Tests.Access;

public sealed class ReadinessTests
{
    [Fact]
    public async Task The_service_is_ready_while_its_storage_can_be_read()
    {
        await using var process = await RegistryProcess.StartAsync();
        (await process.Stranger.GetAnswerAsync("/health/ready")).ShouldBe(HttpStatusCode.OK);
        LakeTable.Create(Path.Combine(process.Lake, "orders"));
        (await process.Stranger.GetAnswerAsync("/health/ready"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("checks")
            .GetProperty("storage")
            .GetProperty("ready")
            .GetBoolean()
            .ShouldBeTrue();

        Directory.Delete(process.Lake, recursive: true);
        var answer = (await process.Stranger.GetAnswerAsync("/health/ready")).ShouldBe(HttpStatusCode.ServiceUnavailable);

        answer.Json.GetProperty("checks").GetProperty("storage").GetProperty("description").GetString()!.ShouldContain("lake");
        Directory.CreateDirectory(process.Lake);
    }

    [Theory]
    [InlineData("--Files:SigningKeys:0=c2hvcnQ=", "SigningKeys:0")]
    [InlineData("--Files:SigningKeys:0=not base64", "SigningKeys:0")]
    [InlineData("--Files:UrlLifetime=00:00:01", "UrlLifetime")]
    [InlineData("--Public:Url=ftp://x", "Public:Url")]
    [InlineData("--AccessLog:QueueLength=0", "QueueLength")]
    [InlineData("--ShareRegistry:SnapshotCache:MaxVersions=0", "MaxVersions")]
    public async Task A_setting_that_makes_no_sense_stops_the_process_and_is_named(string setting, string named)
    {
        var exception = await Should.ThrowAsync<OptionsValidationException>(() => RegistryProcess.StartAsync(setting));

        exception.Message.ShouldContain(named);
    }
}

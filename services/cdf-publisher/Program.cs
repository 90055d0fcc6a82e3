using Tideway.CdfPublisher;
using Tideway.Contracts;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Web;

return await ProcessExit.OfAsync(async () =>
{
    var builder = TidewayHost.CreateBuilder(args, CdfPublisherStartup.Name, EventRouting.All);
    builder.AddCdfPublisher();
    var app = builder.Build();
    app.UseTideway();
    app.MapCdfPublisher();
    await app.RunAsync();
});

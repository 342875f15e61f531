// Command endpoint serves one task by the ECS agent's own task metadata server: its router, JSON encoder, rate limiter
// and error bodies. The state behind it is a file, read at each request, so that a test controls the agent's data.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"github.com/aws/amazon-ecs-agent/ecs-agent/logger/audit/request"
	"github.com/aws/amazon-ecs-agent/ecs-agent/metrics"
	"github.com/aws/amazon-ecs-agent/ecs-agent/tmds"
	"github.com/aws/amazon-ecs-agent/ecs-agent/tmds/handlers/utils"
	v2 "github.com/aws/amazon-ecs-agent/ecs-agent/tmds/handlers/v2"
	v4 "github.com/aws/amazon-ecs-agent/ecs-agent/tmds/handlers/v4"
	"github.com/aws/amazon-ecs-agent/ecs-agent/tmds/handlers/v4/state"
	"github.com/docker/docker/api/types"
	"github.com/gorilla/mux"
)

const (
	agentModule = "github.com/aws/amazon-ecs-agent/ecs-agent"
	// The only endpoint ID that belongs to a container.
	knownID = "known"
	// The agent's timeouts for both reading and writing.
	timeout = 5 * time.Second
)

// answers is the content of the file.
type answers struct {
	Task         json.RawMessage                 `json:"task"`
	TaskWithTags json.RawMessage                 `json:"taskWithTags"`
	Stats        map[string]*state.StatsResponse `json:"stats"`
	// "error": the stats engine fails. "panic": it reads a sample that is not there yet.
	StatsFault string `json:"statsFault"`
	// Requests for tags wait, as they do for a slow ECS API.
	HoldsTags bool `json:"holdsTags"`
}

// fileState serves the task in the file. The embedded nil interface covers methods that no route below calls.
type fileState struct {
	state.AgentState
	path string
}

func (s fileState) read() (answers, error) {
	var read answers
	text, err := os.ReadFile(s.path)
	if err == nil {
		err = json.Unmarshal(text, &read)
	}
	return read, err
}

// tags waits until requests for tags are no longer held.
func (s fileState) tags() (json.RawMessage, error) {
	for {
		read, err := s.read()
		if err != nil || !read.HoldsTags {
			return read.TaskWithTags, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func lookupReason(id string) string {
	return "unable to get task arn from request: unable to get task Arn from v3 endpoint ID: " + id
}

func (s fileState) GetTaskMetadata(id string) (state.TaskResponse, error) {
	read, err := s.read()
	return taskResponse(id, read.Task, err)
}

func (s fileState) GetTaskMetadataWithTags(id string) (state.TaskResponse, error) {
	text, err := s.tags()
	return taskResponse(id, text, err)
}

func taskResponse(id string, text json.RawMessage, err error) (state.TaskResponse, error) {
	var task state.TaskResponse
	if id != knownID {
		return task, state.NewErrorLookupFailure(lookupReason(id))
	}
	if err == nil {
		err = json.Unmarshal(text, &task)
	}
	if err != nil {
		return task, state.NewErrorMetadataFetchFailure(err.Error())
	}
	return task, nil
}

func (s fileState) GetTaskStats(id string) (map[string]*state.StatsResponse, error) {
	if id != knownID {
		return nil, state.NewErrorStatsLookupFailure(lookupReason(id))
	}
	read, err := s.read()
	if err != nil {
		return nil, state.NewErrorStatsFetchFailure(err.Error(), err)
	}
	switch read.StatsFault {
	case "error":
		return nil, errors.New("the stats engine is not ready")
	case "panic":
		var sample *types.StatsJSON
		sample.Networks = nil
	}
	// A container without a sample is an empty object in version 4.
	for container, sample := range read.Stats {
		if sample == nil {
			read.Stats[container] = &state.StatsResponse{}
		}
	}
	return read.Stats, nil
}

// Version 3 is not part of the agent's module; only its documents are, which are those of version 2.
func (s fileState) serveTaskV3(withTags bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id := mux.Vars(r)["id"]
		if id != knownID {
			reason := "V3 task metadata handler: " + lookupReason(id)
			utils.WriteJSONResponse(w, http.StatusInternalServerError, reason, utils.RequestTypeTaskMetadata)
			return
		}
		var task v2.TaskResponse
		read, err := s.read()
		text := read.Task
		if withTags {
			text, err = s.tags()
		}
		if err == nil {
			err = json.Unmarshal(text, &task)
		}
		if err != nil {
			utils.WriteJSONResponse(w, http.StatusInternalServerError, err.Error(), utils.RequestTypeTaskMetadata)
			return
		}
		// Fields that the agent fills in for version 4 alone.
		task.LaunchType = ""
		for i := range task.Containers {
			container := &task.Containers[i]
			container.LogDriver, container.LogOptions, container.ContainerARN = "", nil, ""
		}
		utils.WriteJSONResponse(w, http.StatusOK, task, utils.RequestTypeTaskMetadata)
	}
}

func (s fileState) serveStatsV3(w http.ResponseWriter, r *http.Request) {
	read, err := s.GetTaskStats(mux.Vars(r)["id"])
	if err != nil {
		var lookup *state.ErrorStatsLookupFailure
		reason := "failed to get stats"
		if errors.As(err, &lookup) {
			reason = "V3 task stats handler: " + lookup.ExternalReason()
		}
		utils.WriteJSONResponse(w, http.StatusBadRequest, reason, utils.RequestTypeTaskStats)
		return
	}
	// A container without a sample is null in version 3, and there are no rates.
	samples := make(map[string]*types.StatsJSON, len(read))
	for container, sample := range read {
		samples[container] = sample.StatsJSON
	}
	utils.WriteJSONResponse(w, http.StatusOK, samples, utils.RequestTypeTaskStats)
}

// auditLog has a line for each request that the rate limiter refused, with the client's name.
type auditLog struct{}

func (auditLog) Log(refused request.LogRequest, status int, _ string) {
	log.Printf("refused %d %s %q", status, refused.Request.URL.Path, refused.Request.UserAgent())
}
func (auditLog) GetContainerInstanceArn() string { return "" }
func (auditLog) GetCluster() string              { return "" }

// version is that of the agent's module, as this program was built with it.
func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == agentModule {
			return module.Version
		}
	}
	return "unknown"
}

func main() {
	path := flag.String("answers", "", "`file` with the answers, read at each request")
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on")
	rate := flag.Float64("rate", 40, "requests per second, for each client and path")
	burst := flag.Int("burst", 60, "requests that may come at once")
	showsVersion := flag.Bool("version", false, "print the version of the agent's module and exit")
	flag.Parse()
	if *showsVersion {
		fmt.Println(version())
		return
	}

	task := fileState{path: *path}
	none := metrics.NewNopEntryFactory()
	router := mux.NewRouter()
	router.HandleFunc(v4.TaskMetadataPath(), v4.TaskMetadataHandler(task, none))
	router.HandleFunc(v4.TaskMetadataWithTagsPath(), v4.TaskMetadataWithTagsHandler(task, none))
	router.HandleFunc(v4.TaskStatsPath(), v4.TaskStatsHandler(task, none))
	router.HandleFunc("/v3/{id}/task", task.serveTaskV3(false))
	router.HandleFunc("/v3/{id}/taskWithTags", task.serveTaskV3(true))
	router.HandleFunc("/v3/{id}/task/stats", task.serveStatsV3)

	server, err := tmds.NewServer(auditLog{}, tmds.WithHandler(router), tmds.WithSteadyStateRate(*rate),
		tmds.WithBurstRate(*burst), tmds.WithReadTimeout(timeout), tmds.WithWriteTimeout(timeout))
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("listening on http://%s", listener.Addr())
	log.Fatal(server.Serve(listener))
}
